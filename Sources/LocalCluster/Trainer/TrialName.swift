/// The rule for TrainJob names.
enum TrialName {
    /// `^[a-z]([-a-z0-9]*[a-z0-9])?$` and at most 63 characters: also what makes it safe as a file's name.
    static func isLabel(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
        func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
        guard let first = bytes.first, let last = bytes.last, bytes.count <= 63 else { return false }
        return isLetter(first) && (isLetter(last) || isDigit(last))
            && bytes.allSatisfy { isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "-") }
    }
}
