import JSON
import Testing

@Suite("Hostile input")
struct HostileInputTests {
    @Test("objects of 200,000 names, duplicates included, take linear time", .timeLimit(.minutes(1)))
    func manyNames() throws {
        var text = "{"
        for number in 0..<200_000 { text += "\"name-\(number)\":\(number)," }
        for number in 0..<200_000 { text += "\"name-\(number)\":-\(number)," }
        text += "\"last\":0}"
        let object = try #require(try JSONValue(parsing: text).objectValue)
        #expect(object.count == 200_001)
        #expect(object["name-199999"] == -199_999)
        #expect(object.keys.first == "name-0")
        var reversed = JSONObject()
        for (key, value) in object.reversed() { reversed[key] = value }
        #expect(reversed == object)
        #expect(reversed.hashValue == object.hashValue)
        #expect(JSONPatch.difference(from: .object(object), to: .object(reversed)).isEmpty)
        var emptied = object
        for key in object.keys.suffix(100) { emptied[key] = nil }
        #expect(emptied.count == 199_901)
        let removeAll = JSONMergePatch.difference(from: .object(object), to: [:])
        #expect(JSONMergePatch.apply(removeAll, to: .object(object)) == [:])
    }

    @Test("names made to share a fingerprint are still told apart")
    func collidingNames() throws {
        // The fingerprint looks at the first and last eight bytes and the length.
        let names = (0..<3000).map { "prefix--\($0 + 100_000)--suffix" }
        let text = "{" + names.map { "\"\($0)\":\"\($0)\"" }.joined(separator: ",") + "}"
        let object = try #require(try JSONValue(parsing: text).objectValue)
        #expect(object.keys == names)
        for name in names { #expect(object[name] == .string(name)) }
        let few = "{" + names.prefix(30).map { "\"\($0)\":1" }.joined(separator: ",") + "}"
        #expect(try JSONValue(parsing: few).objectValue?.keys == Array(names.prefix(30)))
    }

    @Test("every prefix of a text is refused, and every text comes back", arguments: 0..<40 as Range<UInt64>)
    func prefixes(_ seed: UInt64) throws {
        var random = RandomJSON(seed: seed)
        let value = random.object(depth: 3)
        for style in [JSONValue.Style.compact, .pretty] {
            let bytes = value.serialized(style)
            #expect(try JSONValue(parsing: bytes) == value)
            #expect(try JSONValue(parsing: bytes + [0x0A]).serialized(style) == bytes)
            for count in 0..<bytes.count {
                #expect(throws: JSONError.self) { try JSONValue(parsing: bytes[..<count]) }
            }
        }
    }

    @Test("damaged texts are refused or read, and what is read comes back", arguments: 0..<40 as Range<UInt64>)
    func damage(_ seed: UInt64) throws {
        var random = RandomJSON(seed: seed)
        let alphabet: [UInt8] = Array("{}[],:\"\\u0019.eE+-tfn \n".utf8) + [0x00, 0x1F, 0x80, 0xC3, 0xED, 0xFF]
        for _ in 0..<150 {
            var bytes = random.value().serialized()
            for _ in 0..<Int.random(in: 1...3, using: &random.generator) {
                let place = Int.random(in: 0...bytes.count, using: &random.generator)
                let byte = alphabet.randomElement(using: &random.generator) ?? 0
                if place < bytes.count, Bool.random(using: &random.generator) {
                    bytes[place] = byte
                } else {
                    bytes.insert(byte, at: place)
                }
            }
            guard let value = try? JSONValue(parsing: bytes) else { continue }
            let written = value.serialized()
            #expect(try JSONValue(parsing: written).serialized() == written)
        }
    }

    @Test("ten thousand operations deep in a large document change it in place", .timeLimit(.minutes(1)))
    func manyOperations() throws {
        let wide = JSONValue.array((0..<100_000).map { .integer($0) })
        let members = JSONValue.object(JSONObject((0..<100_000).map { ("name-\($0)", .integer($0)) }))
        var patch = JSONPatch()
        for number in 0..<5000 {
            patch.operations.append(.replace(path: JSONPointer("a", "0", "b", "\(number * 20)"), value: "x"))
            patch.operations.append(.add(path: JSONPointer("a", "1", "name-\(number * 20)"), value: "x"))
        }
        let result = try patch.applied(to: ["a": [["b": wide], members]])
        #expect(result.value(at: JSONPointer("a", "0", "b", "99980")) == "x")
        #expect(result.value(at: JSONPointer("a", "1", "name-99980")) == "x")
        #expect(result.value(at: JSONPointer("a", "1", "name-99981")) == 99_981)
    }
}
