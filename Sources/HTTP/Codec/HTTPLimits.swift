/// Bounds on what a peer may make us hold.
public struct HTTPLimits: Sendable {
    /// Bytes of a message's start line and header fields together; default 64 KiB.
    public var headBytes: Int
    /// Header lines in a message; default 128.
    public var fieldCount: Int
    /// Bytes of a body, after any decompression; default 7 MiB: an admission review carries two objects of up to 3 MB
    /// each and under 1 MB of envelope (the reasoning of controller-runtime's `maxRequestSize`).
    public var bodyBytes: Int

    /// Makes limits; the defaults are those stated on each property.
    public init(headBytes: Int = 64 << 10, fieldCount: Int = 128, bodyBytes: Int = 7 << 20) {
        self.headBytes = headBytes
        self.fieldCount = fieldCount
        self.bodyBytes = bodyBytes
    }
}
