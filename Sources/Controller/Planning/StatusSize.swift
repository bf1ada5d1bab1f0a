import OptimizationAPI
import Search

/// How many bytes parts of a status take as JSON.
///
/// An upper estimate, cheap enough to make on every look: text counts twice when it holds anything that JSON may
/// have to escape.
enum StatusSize {
    /// Room kept for conditions, counts and result beside the records.
    static let fixed = 16 << 10
    /// Keys and punctuation of a record, with a UID and two timestamps.
    private static let recordFrame = 320

    static func bytes(of metric: MetricValue) -> Int { 24 + bytes(of: metric.name) + bytes(of: metric.value) }

    static func bytes(of record: TrialRecord) -> Int {
        var bytes = recordFrame + self.bytes(of: record.trainJobName)
        bytes += self.bytes(of: record.reason ?? "") + self.bytes(of: record.message ?? "")
        for parameter in record.parameters {
            bytes += 24 + self.bytes(of: parameter.name) + self.bytes(of: parameter.value)
        }
        if !record.progress.isEmpty {
            bytes += record.progress.reduce(16) { $0 + $1.byteCount } + (record.stepMeasure?.byteCount ?? 0)
        }
        return record.metrics.reduce(bytes) { $0 + self.bytes(of: $1) }
    }

    static func bytes(of result: TrialResult) -> Int {
        let named = result.parameters.reduce(80 + bytes(of: result.trainJobName)) {
            $0 + 24 + bytes(of: $1.name) + bytes(of: $1.value)
        }
        return result.metrics.reduce(named) { $0 + bytes(of: $1) }
    }

    static func bytes(of records: [TrialRecord]) -> Int { records.reduce(fixed) { $0 + bytes(of: $1) } }

    static func bytes(of text: String) -> Int {
        var bytes = 0
        for byte in text.utf8 {
            switch byte {
            case 0..<0x20, 0x7f: bytes += 6
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += 2
            case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"): bytes += 6  // Go escapes these
            default: bytes += 1
            }
        }
        return bytes
    }

    /// What a job's records may weigh, each of them and all together.
    struct Budget {
        /// All records and the fixed part.
        var total: Int
        /// The trials named by `optimalTrials`, which repeat their records.
        var front: Int
        /// One record's share when all `numTrials` exist.
        var share: Int
        /// Whether records hold their trials' progress.
        var keepsProgress: Bool

        init(options: PlanningOptions, numTrials: Int, objectives: Int, keepsProgress: Bool) {
            self.keepsProgress = keepsProgress
            front = objectives > 1 ? options.statusByteLimit / 3 : 0
            total = options.statusByteLimit - front
            share = max(0, total - StatusSize.fixed) / max(1, numTrials)
        }

        /// The longest message a record may carry: the API's own words matter, 1,000 copies of them less so.
        var messageBytes: Int { min(1024, max(160, share / 4)) }

        /// How many points of its progress a record may hold: a quarter of its share, at a dozen bytes each, and no fewer
        /// than tell good from bad.
        var progressPoints: Int { keepsProgress ? min(TrialProgress.limit, max(8, share / 48)) : 0 }

        /// What metrics besides the objectives may take of a record that weighs `bytes` without metrics.
        func metricsBytes(beside bytes: Int) -> Int { max(0, share - bytes - messageBytes) }

        /// What a record that has not ended may still grow by: its objectives, its progress and a message.
        func growth(objectives: Int) -> Int { messageBytes + objectives * 160 + (progressPoints + 1) * 16 }
    }
}
