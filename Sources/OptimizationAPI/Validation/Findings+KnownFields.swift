import JSON

/// The members an object of the API can have.
typealias Members = JSONNames

extension Findings {
    /// Looks for members nobody reads.
    mutating func checkMembers(of object: JSONObject, _ members: Members) {
        guard !object.hasOnlyKeys(of: members) else { return }
        for (key, value) in object where !members.names.contains(key) && !value.isNull {
            guard mayLookForLikeness() else { return }
            addUnknown(UnknownField(path: path.key(key), likelyName: Findings.likely(key, among: members.names)))
        }
    }

    /// Warns of members that are most likely misspelt, in an object that is defined elsewhere: what looks like none of the
    /// members known here may be of a later version.
    mutating func warnOfMisspelt(in object: JSONObject, _ members: Members) {
        guard !object.hasOnlyKeys(of: members) else { return }
        for (key, value) in object where !members.names.contains(key) && !value.isNull {
            guard mayLookForLikeness() else { return }
            guard let likely = Findings.likely(key, among: members.names) else { continue }
            warn("\(path.key(key)): not a field of TrainJob, did you mean \"\(likely)\"?")
        }
    }

    /// Checks that exactly one alternative is chosen, in the words that Kubernetes' own generator gives such rules.
    mutating func checkExactlyOne(of members: Members, in object: JSONObject) {
        let chosen = object.countSet(among: members)
        guard chosen != 1 else { return }
        add(.invalid, nil, "exactly one of the fields in [\(members.names.joined(separator: " "))] must be set")
    }

    /// The known name a misspelt one most likely stands for: at most two letters away, case aside.
    private static func likely(_ name: String, among known: [String]) -> String? {
        guard name.utf8.count <= 40 else { return nil }
        let name = Array(name.lowercased().utf8)
        let ranked = known.map { (known: $0, distance: distance(name, Array($0.lowercased().utf8))) }
        guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
        // Two letters off is no likeness between short words.
        return best.distance <= min(2, best.known.utf8.count / 3) ? best.known : nil
    }

    /// How many letters must be inserted, removed or exchanged to turn one word into the other (Levenshtein).
    private static func distance(_ first: [UInt8], _ second: [UInt8]) -> Int {
        var row = Array(0...second.count)
        for (i, letter) in first.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in second.enumerated() {
                let above = row[j + 1]
                row[j + 1] = min(diagonal + (letter == other ? 0 : 1), above + 1, row[j] + 1)
                diagonal = above
            }
        }
        return row[second.count]
    }
}
