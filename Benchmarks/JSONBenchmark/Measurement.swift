import Foundation

/// Takes turns timing two ways to do the same work.
enum Measurement {
    static let header = row("", "JSON", "Foundation", "ratio")

    /// One line: megabytes (10⁶ bytes) a second of each, and how many times faster ours is.
    ///
    /// The two alternate run by run, so a busy moment of the machine hits both, and the medians shed what remains.
    static func compare(
        _ name: String,
        bytes: Int,
        runs: Int,
        ours: () -> Bool,
        foundation: () -> Bool
    ) -> String {
        var left: [Double] = []
        var right: [Double] = []
        for _ in 0..<max(1, runs) {
            left.append(megabytesPerSecond(bytes, ours))
            right.append(megabytesPerSecond(bytes, foundation))
        }
        let (mine, theirs) = (median(left), median(right))
        return row(name, rate(mine), rate(theirs), String(format: "%.1fx", mine / theirs))
    }

    /// Repeats the work for 20 ms or more.
    private static func megabytesPerSecond(_ bytes: Int, _ work: () -> Bool) -> Double {
        let start = processorSeconds()
        var rounds = 0
        var elapsed: Double
        repeat {
            guard work() else {
                FileHandle.standardError.write(Data("the measured work failed\n".utf8))
                exit(1)
            }
            rounds += 1
            elapsed = processorSeconds() - start
        } while elapsed < 0.02
        return Double(bytes * rounds) / 1e6 / elapsed
    }

    /// Processor time of this thread: what others do on the machine does not count.
    private static func processorSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private static func median(_ values: [Double]) -> Double {
        values.sorted()[values.count / 2]
    }

    private static func rate(_ value: Double) -> String {
        String(format: "%.0f MB/s", value)
    }

    private static func row(_ cells: String...) -> String {
        cells.map { String(repeating: " ", count: max(0, 12 - $0.count)) + $0 }.joined()
    }
}
