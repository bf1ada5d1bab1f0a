import JSON
import Testing

@Suite("A value")
struct ValueTests {
    @Test("gives its contents only as what it is")
    func accessors() {
        let value: JSONValue = ["s": "x", "i": 7, "d": 1.5, "b": true, "n": nil, "a": [1, "two"]]
        #expect(value["s"]?.stringValue == "x")
        #expect(value["i"]?.int64Value == 7)
        #expect(value["i"]?.stringValue == nil)
        #expect(value["d"]?.doubleValue == 1.5)
        #expect(value["d"]?.int64Value == nil)
        #expect(value["b"]?.boolValue == true)
        #expect(value["n"]?.isNull == true)
        #expect(value["a"]?[1] == "two")
        #expect(value["a"]?[2] == nil)
        #expect(value["a"]?[-1] == nil)
        #expect(value["a"]?["x"] == nil)
        #expect(value[0] == nil)
        #expect(value.objectValue?.count == 6)
        #expect(value["s"]?.arrayValue == nil)
    }

    @Test("equals another regardless of member order and number spelling, and hashes alike")
    func equality() throws {
        let left = try JSONValue(parsing: #"{"a":[1,{"x":1.0,"y":"z"}],"b":null}"#)
        let right = try JSONValue(parsing: #"{"b":null,"a":[1e0,{"y":"z","x":1}]}"#)
        #expect(left == right)
        #expect(left.hashValue == right.hashValue)
        #expect(left != (try JSONValue(parsing: #"{"b":null,"a":[{"y":"z","x":1},1]}"#)))
    }

    static let distinct: [JSONValue] = [
        nil, true, false, 0, 1, "", "0", "null", [], [[]], [nil], [1, 2], [2, 1], [:], ["a": nil], ["a": 1],
        ["b": 1], ["a": 1, "b": 1], ["a": ["b": 1]], ["a": [1]],
    ]

    @Test("differs from every other kind and content", arguments: distinct.indices)
    func inequality(_ index: Int) {
        for other in Self.distinct.indices {
            #expect((Self.distinct[index] == Self.distinct[other]) == (index == other))
        }
    }
}
