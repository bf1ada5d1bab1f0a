import Testing

@testable import Metrics

@Suite("The text for Prometheus")
struct ExpositionTests {
    private func text(_ fill: (MetricsRegistry) -> Void) -> String {
        let registry = MetricsRegistry()
        fill(registry)
        return String(decoding: registry.text, as: UTF8.self)
    }

    @Test("says what every metric means, in the order of the names")
    func order() {
        let text = text { registry in
            registry.gauge("b", help: "Second.")[].set(-1.5)
            registry.counter("a_total", help: "First.")[].increment(by: 3)
        }
        #expect(
            text == """
                # HELP a_total First.
                # TYPE a_total counter
                a_total 3
                # HELP b Second.
                # TYPE b gauge
                b -1.5

                """
        )
    }

    @Test("cannot be broken out of by a label's value or a help")
    func escaping() {
        let text = text { registry in
            registry.counter("a_total", help: "back\\slash\nline \"quoted\"", labels: ["x", "y"])["q\"\\\n{},", "é"]
                .increment()
        }
        #expect(
            text == #"""
                # HELP a_total back\\slash\nline "quoted"
                # TYPE a_total counter
                a_total{x="q\"\\\n{},",y="é"} 1

                """#
        )
    }

    @Test("counts a measurement in its range and in all above it")
    func histogram() {
        let text = text { registry in
            let histogram = registry.histogram("h_seconds", help: "H.", labels: ["w"], buckets: [0.5, 1])["p"]
            histogram.observe(0.5)
            histogram.observe(Duration.milliseconds(750))
            histogram.observe(7.0)
            histogram.observe(Double.nan)
        }
        #expect(
            text == """
                # HELP h_seconds H.
                # TYPE h_seconds histogram
                h_seconds_bucket{w="p",le="0.5"} 1
                h_seconds_bucket{w="p",le="1"} 2
                h_seconds_bucket{w="p",le="+Inf"} 3
                h_seconds_sum{w="p"} 8.25
                h_seconds_count{w="p"} 3

                """
        )
    }

    @Test(
        "has words for numbers that are none",
        arguments: [(Double.nan, "NaN"), (.infinity, "+Inf"), (-.infinity, "-Inf")]
    )
    func specialValues(_ value: Double, _ expected: String) {
        let text = text { $0.gauge("g", help: "G.")[].set(value) }
        #expect(text.hasSuffix("\ng \(expected)\n"))
    }

    @Test("looks numbers up that are kept elsewhere")
    func observed() {
        let text = text { registry in
            registry.observe("fds", .gauge, help: "F.", labels: ["kind"]) { [(["socket"], 3), (["file"], 0.25)] }
        }
        #expect(text.hasSuffix("fds{kind=\"socket\"} 3\nfds{kind=\"file\"} 0.25\n"))
    }

    @Test("shows 0 for a metric without labels before anything was counted, and no series of one with labels")
    func untouched() {
        let text = text { registry in
            _ = registry.counter("a_total", help: "A.")
            _ = registry.counter("b_total", help: "B.", labels: ["x"])
        }
        #expect(text.contains("\na_total 0\n"))
        #expect(text.hasSuffix("# TYPE b_total counter\n"))
    }
}

@Suite("Instruments")
struct InstrumentTests {
    @Test("lose nothing when threads use them at once")
    func concurrent() async {
        let registry = MetricsRegistry()
        let counters = registry.counter("c_total", help: "C.", labels: ["x"])
        let gauge = registry.gauge("g", help: "G.")[]
        let histogram = registry.histogram("h", help: "H.")[]
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<1000 {
                        counters["a"].increment()
                        gauge.add(1)
                        gauge.add(-0.5)
                        histogram.observe(1.0)
                    }
                }
            }
        }
        #expect(counters["a"].value == 8000)
        #expect(gauge.value == 4000)
        #expect(histogram.total == (8000, 8000))
    }
}
