/// The name of a trial's TrainJob: `<job>-trial-<index>`.
///
/// A TrainJob's name must be an RFC 1035 label, while an OptimizationJob's may start with a digit, hold dots and be
/// 253 characters long. Where the job's name does not fit as it is, it is adjusted, cut and followed by a hash of
/// the whole name, so that two jobs never share their trials' names.
enum TrialName {
    /// The longest TrainJob name that is sure to run: JobSet checks
    /// `<name>-<replicated job>-<job index>-<pod index>-<5 characters>` against 63 characters, and the longest
    /// replicated job of a runtime without initializers is `launcher`. A longer name is accepted, then silently
    /// never runs.
    static let longest = 44
    /// The same where the runtime has a `dataset-initializer`.
    static let longestWithInitializer = 33
    /// Indices are below this; a greater one is nobody's but a mistake's.
    /// The next one has to fit the status' 32 bits.
    static let indexLimit = Int(Int32.max)
    /// Characters kept for `-trial-` and the index, so that a job's trials share one prefix up to index 999.
    private static let reservedForIndex = 10

    /// - Parameters:
    ///   - job: The OptimizationJob's name; any text.
    ///   - index: The trial's index, 0 or more.
    ///   - hasInitializer: Whether the template has a `spec.initializer`.
    /// - Returns: An RFC 1035 label of at most 44 characters, 33 with an initializer.
    static func make(job: String, index: Int, hasInitializer: Bool) -> String {
        let ending = "-trial-\(index)"
        let room = (hasInitializer ? longestWithInitializer : longest) - max(reservedForIndex, ending.utf8.count)
        return prefix(job, within: room) + ending
    }

    /// The index a name ends with; `nil` when it is not a trial's name.
    static func index(of name: String) -> Int? {
        let digits = name.reversed().prefix { $0.isASCII && $0.isNumber }
        guard !digits.isEmpty, name.dropLast(digits.count).hasSuffix("-trial-") else { return nil }
        return Int(String(digits.reversed()))
    }

    private static func prefix(_ job: String, within room: Int) -> String {
        let label = labelled(job)
        if !label.isEmpty, label == job, label.utf8.count <= room { return label }
        let hash = StableHash.suffix(of: job)
        var kept = label.prefix(max(0, room - hash.count - 1))
        while kept.last == "-" { kept.removeLast() }
        return kept.isEmpty ? "t" + hash.dropFirst() : "\(kept)-\(hash)"
    }

    /// The text with every character a label cannot hold replaced by `-`, starting with a letter.
    private static func labelled(_ text: String) -> String {
        var label = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "a"..."z", "0"..."9", "-": label.unicodeScalars.append(scalar)
            case "A"..."Z": label.append(contentsOf: String(scalar).lowercased())
            default: label.append("-")
            }
        }
        while label.last == "-" { label.removeLast() }
        if let first = label.first, !("a"..."z").contains(first) { label = "t-" + label.drop { $0 == "-" } }
        return label
    }
}
