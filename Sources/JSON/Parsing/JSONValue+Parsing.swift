extension JSONValue {
    /// Reads a JSON text: strict RFC 8259, UTF-8, exactly one value with white space around it at most.
    ///
    /// Of several members with one name the last value holds, in the first one's place; Go's decoder, and with it
    /// Kubernetes, takes the last as well. A byte order mark, invalid UTF-8 and a surrogate escape without its other
    /// half are refused: none of them can be kept in a string and given back as it was.
    ///
    /// - Parameter omissions: Members to check and leave out.
    /// - Throws: Where the text stops being JSON and what was expected, or which limit it exceeds.
    public init(
        parsing bytes: [UInt8],
        limits: JSONLimits = .default,
        omitting omissions: JSONOmissions = .none
    ) throws(JSONError) {
        self = try bytes.withUnsafeBufferPointer { bytes throws(JSONError) in
            try JSONParser.parse(bytes, limits: limits, omitting: omissions)
        }
    }

    /// Reads a part of a larger array of bytes; places in errors count from the start of the part.
    public init(parsing bytes: ArraySlice<UInt8>, limits: JSONLimits = .default) throws(JSONError) {
        self = try bytes.withUnsafeBufferPointer { bytes throws(JSONError) in
            try JSONParser.parse(bytes, limits: limits)
        }
    }

    /// Reads bytes that stay in place for the duration of the call.
    public init(parsing bytes: UnsafeRawBufferPointer, limits: JSONLimits = .default) throws(JSONError) {
        self = try bytes.withMemoryRebound(to: UInt8.self) { bytes throws(JSONError) in
            try JSONParser.parse(bytes, limits: limits)
        }
    }

    /// Reads a text in a string.
    public init(parsing text: String, limits: JSONLimits = .default) throws(JSONError) {
        try self.init(parsing: Array(text.utf8), limits: limits)
    }
}
