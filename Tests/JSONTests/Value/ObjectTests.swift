import JSON
import Testing

@Suite("An object")
struct ObjectTests {
    @Test("keeps a member's place when it is set, and appends a new one")
    func order() {
        var object: JSONObject = ["a": 1, "b": 2]
        object["a"] = 3
        object["c"] = 4
        #expect(JSONValue.object(object).description == #"{"a":3,"b":2,"c":4}"#)
        object["b"] = nil
        #expect(object.keys == ["a", "c"])
        object.append(key: "a", value: 5)
        #expect(JSONValue.object(object).description == #"{"c":4,"a":5}"#)
        let removed = [object.remove("c"), object.remove("c")]
        #expect(removed == [4, nil])
        object["x"] = nil
        #expect(object.count == 1)
    }

    @Test("tells a null member from a missing one")
    func null() {
        let object: JSONObject = ["a": .null]
        #expect(object.contains(key: "a"))
        #expect(object["a"] == .some(.null))
        #expect(object["b"] == nil)
    }

    @Test("tells which of some names it has, by their bytes and however many members there are", arguments: [3, 300])
    func names(count: Int) {
        // Long and short names, and two that Swift takes for equal.
        let names = ["é", "a name of more than fifteen bytes", "a", ""]
        var object = JSONObject()
        for name in names { object[name] = .bool(true) }
        object["a"] = .null
        for number in 0..<count { object["more-\(number)"] = 1 }
        #expect(object.isSet("é") && object.isSet("a name of more than fifteen bytes") && object.isSet(""))
        #expect(!object.isSet("a") && !object.isSet("e\u{301}") && !object.isSet("a name of more than fifteen bytez"))
        #expect(object.countSet(among: JSONNames(names)) == 3)
        #expect(object.countSet(among: JSONNames(["e\u{301}", "a", "b", "more-1"])) == 1)
        #expect(object.countSet(among: JSONNames([])) == 0)
        #expect(!object.hasOnlyKeys(of: JSONNames(names)))
        for number in 0..<count { object["more-\(number)"] = nil }
        #expect(object.hasOnlyKeys(of: JSONNames(names + ["b"])))
        #expect(!object.hasOnlyKeys(of: JSONNames(["e\u{301}"] + names.dropFirst())))
        #expect(JSONObject().hasOnlyKeys(of: JSONNames([])))
    }

    /// Names of one length that differ neither in their first nor in their last eight bytes have one fingerprint.
    @Test("tells names apart that only differ in the middle")
    func alike() throws {
        let names = ["a", "b", "c"].map { "the same\($0)the same" }
        let text = "{" + names.map { "\"\($0)\":\"\($0)\"" }.joined(separator: ",") + "}"
        for object in [try JSONValue(parsing: text).objectValue, JSONObject(names.map { ($0, .string($0)) })] {
            let object = try #require(object)
            #expect(object.keys == names)
            for name in names { #expect(object[name]?.stringValue == name) }
            #expect(object["the samedthe same"] == nil)
            #expect(object.countSet(among: JSONNames([names[1], "the samedthe same"])) == 1)
            #expect(!object.hasOnlyKeys(of: JSONNames(Array(names.dropLast()) + ["the samedthe same"])))
            #expect(object.hasOnlyKeys(of: JSONNames(names)))
        }
    }

    @Test("takes the last value of a repeated name in a literal")
    func literal() {
        let object: JSONObject = ["a": 1, "b": 2, "a": 3]
        #expect(JSONValue.object(object).description == #"{"a":3,"b":2}"#)
    }

    @Test("does what a plain list of members would, however large", arguments: 0..<12 as Range<UInt64>)
    func model(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let names = seed < 6 ? 20 : 300
        var object = JSONObject()
        var model: [(key: String, value: JSONValue)] = []
        for step in 0..<1500 {
            let name = "name-\(Int.random(in: 0..<names, using: &generator))"
            let place = model.firstIndex { $0.key == name }
            let value = JSONValue.integer(step)
            switch Int.random(in: 0..<5, using: &generator) {
            case 0:
                let removed = object.remove(name)
                #expect(removed == place.map { model[$0].value })
                if let place { model.remove(at: place) }
            case 1:
                object.append(key: name, value: value)
                if let place { model.remove(at: place) }
                model.append((name, value))
            default:
                object[name] = value
                if let place { model[place].value = value } else { model.append((name, value)) }
            }
            #expect(object[name] == model.first { $0.key == name }?.value)
        }
        #expect(object.elementsEqual(model) { $0 == $1 })
        for number in 0..<names {
            #expect(object.contains(key: "name-\(number)") == model.contains { $0.key == "name-\(number)" })
        }
        #expect(object == JSONObject(model.map { ($0.key, $0.value) }))
    }

    @Test("is changed in place through nested subscripts")
    func nested() {
        var value: JSONValue = ["spec": ["trainer": ["env": []]]]
        value["spec"]?["trainer"]?["image"] = "x"
        value["spec"]?["missing"]?["ignored"] = 1
        value["status"] = nil
        value["metadata"] = ["name": "n"]
        #expect(value.description == #"{"spec":{"trainer":{"env":[],"image":"x"}},"metadata":{"name":"n"}}"#)
        value["spec"] = nil
        #expect(value.description == #"{"metadata":{"name":"n"}}"#)
        var scalar: JSONValue = 1
        scalar["a"] = nil
        #expect(scalar == 1)
        scalar["a"] = 2
        #expect(scalar == ["a": 2])
    }
}
