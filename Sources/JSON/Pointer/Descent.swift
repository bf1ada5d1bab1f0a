/// A value taken apart along a path, so that what lies at its end can be changed in place.
///
/// Every container on the way has a hole where the next one was taken out, and so has one owner only: changing it
/// copies nothing. The way is a list and not a recursion, so that a deep path takes no stack.
struct Descent {
    /// A container on the way; either an object or an array, and stored as such to be changed in place.
    private struct Step {
        var object: JSONObject?
        var elements: [JSONValue] = []
        var position: Int

        /// Puts a value where the hole is.
        mutating func fill(with value: JSONValue) {
            if object != nil {
                object?.setValue(value, at: position)
            } else {
                elements[position] = value
            }
        }
    }

    /// The value where the descent has arrived.
    var value: JSONValue
    private var steps: [Step] = []

    /// Starts at the top of a value, which the caller gives up.
    init(_ value: consuming JSONValue) {
        self.value = value
    }

    /// Takes the object out of `value`, which is `null` until something is put back; `nil` if it is none.
    mutating func takeObject() -> JSONObject? {
        guard case .object(let object) = value else { return nil }
        value = .null
        return object
    }

    /// Takes the array out of `value`, which is `null` until something is put back; `nil` if it is none.
    mutating func takeElements() -> [JSONValue]? {
        guard case .array(let elements) = value else { return nil }
        value = .null
        return elements
    }

    /// Goes on into a member, at a valid position, of the object that was taken out.
    mutating func enterMember(of object: consuming JSONObject, at position: Int) {
        value = object.members[position].value
        object.setValue(.null, at: position)
        steps.append(Step(object: object, position: position))
    }

    /// Goes on into an element, at a valid index, of the array that was taken out.
    mutating func enterElement(of elements: consuming [JSONValue], at index: Int) {
        value = elements[index]
        elements[index] = .null
        steps.append(Step(elements: elements, position: index))
    }

    /// Puts everything back together.
    mutating func reassembled() -> JSONValue {
        while !steps.isEmpty {
            steps[steps.count - 1].fill(with: value)
            let step = steps.removeLast()
            value = step.object.map(JSONValue.object) ?? .array(step.elements)
        }
        return value
    }
}
