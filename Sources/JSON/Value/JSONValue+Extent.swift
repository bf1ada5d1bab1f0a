extension JSONValue {
    /// How deep a value nests, and how large its compact text is at least.
    struct Extent {
        /// 0 for a scalar, 1 for an empty container, …
        var depth = 0
        /// Bytes of its compact text, escapes not counted.
        var bytes = 0
    }

    /// Walks the value, without recursion, until it is known or exceeds `maximumBytes`.
    func extent(maximumBytes: Int) -> Extent {
        var extent = Extent()
        var pending: [(JSONValue, Int)] = [(self, 0)]
        while let (value, above) = pending.popLast(), extent.bytes <= maximumBytes {
            switch value {
            case .null: extent.bytes += 4
            case .bool: extent.bytes += 5
            case .number(let number): extent.bytes += number.text.utf8.count
            case .string(let text): extent.bytes += text.utf8.count + 2
            case .array(let elements):
                extent.depth = max(extent.depth, above + 1)
                extent.bytes += elements.count + 2
                for element in elements { pending.append((element, above + 1)) }
            case .object(let object):
                extent.depth = max(extent.depth, above + 1)
                extent.bytes += object.count * 4 + 2
                for member in object.members {
                    extent.bytes += member.key.utf8.count
                    pending.append((member.value, above + 1))
                }
            }
        }
        return extent
    }
}
