import Testing

@testable import Controller

@Suite("The name of a trial")
struct TrialNameTests {
    private static func isLabel(_ name: String) -> Bool {
        guard let first = name.first, let last = name.last, ("a"..."z").contains(first) else { return false }
        return last != "-" && name.allSatisfy { ("a"..."z").contains($0) || ("0"..."9").contains($0) || $0 == "-" }
    }

    @Test("is the job's name, -trial- and the index where that fits")
    func plain() {
        #expect(TrialName.make(job: "bert", index: 0, hasInitializer: false) == "bert-trial-0")
        #expect(TrialName.make(job: "bert", index: 999, hasInitializer: true) == "bert-trial-999")
    }

    @Test(
        "is a valid RFC 1035 label within its limit, whatever the job is called",
        arguments: [
            "a", "1", "9.lives", "a.b.c", "-", ".", "", "a-", "UPPER", "ünïcode", String(repeating: "x", count: 253),
            String(repeating: "1.", count: 100), "a" + String(repeating: "-", count: 60) + "b",
        ]
    )
    func valid(_ job: String) {
        for index in [0, 9, 99, 999, 1000, 123_456] {
            let name = TrialName.make(job: job, index: index, hasInitializer: false)
            #expect(Self.isLabel(name) && name.utf8.count <= 44, "\(name)")
            let short = TrialName.make(job: job, index: index, hasInitializer: true)
            #expect(Self.isLabel(short) && short.utf8.count <= 33, "\(short)")
            #expect(TrialName.index(of: name) == index)
        }
    }

    @Test("keeps jobs apart that look alike once cut or adjusted")
    func distinct() {
        let long = String(repeating: "x", count: 60)
        let jobs = ["a.b", "a-b", "1a", "t-1a", long + "1", long + "2", "a..b", "a.-b"]
        let names = Set(jobs.map { TrialName.make(job: $0, index: 1, hasInitializer: false) })
        #expect(names.count == jobs.count)
    }

    @Test("shares one prefix among a job's trials")
    func prefix() {
        let job = String(repeating: "long-name-", count: 10)
        let prefixes = Set(
            (0..<1000).map {
                TrialName.make(job: job, index: $0, hasInitializer: false).split(separator: "-trial-").first
            }
        )
        #expect(prefixes.count == 1)
    }

    @Test("is the same in every process: the hash is a fixed function")
    func stable() {
        // Written down once: a change would give the trials of a running job other names.
        #expect(TrialName.make(job: "1.bert", index: 0, hasInitializer: false) == "t-1-bert-nxwhe5sx-trial-0")
    }

    @Test("tells no index where there is none", arguments: ["", "bert", "bert-trial-", "bert-1", "bert-trial-x", "7"])
    func noIndex(_ name: String) {
        #expect(TrialName.index(of: name) == nil)
    }
}
