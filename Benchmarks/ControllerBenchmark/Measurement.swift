import Foundation
import Glibc

/// What a run cost the controller's process.
struct Measurement {
    var trials: Int
    var seconds: Double
    var processorSeconds: Double
    var residentBytes: Double
    var calls: [String: Int]
    var latencies: [Duration]

    static let header =
        "  trials   trials/s   CPU ms/trial   resident MB   calls/trial   status writes/trial   reconcile p50 ms   p99 ms"

    var row: String {
        let total = calls.values.reduce(0, +)
        let writes = calls["patch optimizationjobs"] ?? 0
        func milliseconds(_ quantile: Double) -> Double {
            guard !latencies.isEmpty else { return 0 }
            return latencies[min(latencies.count - 1, Int(Double(latencies.count) * quantile))] / .milliseconds(1)
        }
        return [
            (Double(trials), 8, 0), (Double(trials) / seconds, 11, 0),
            (processorSeconds * 1000 / Double(trials), 15, 2), (residentBytes / 1e6, 14, 0),
            (Double(total) / Double(trials), 14, 2), (Double(writes) / Double(trials), 22, 2),
            (milliseconds(0.5), 19, 1), (milliseconds(0.99), 9, 1),
        ].map { Measurement.text($0.0, width: $0.1, decimals: $0.2) }.joined()
    }

    /// Processor time of this process so far.
    static func processorSeconds() -> Double {
        var usage = rusage()
        getrusage(RUSAGE_SELF.rawValue, &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }

    /// Memory of this process that is in RAM.
    static func residentBytes() -> Double {
        let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
        let pages = text.split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? 0
        return pages * Double(sysconf(Int32(_SC_PAGESIZE)))
    }

    private static func text(_ value: Double, width: Int, decimals: Int) -> String {
        let text = String(format: "%.\(decimals)f", value)
        return String(repeating: " ", count: max(1, width - text.count)) + text
    }
}
