/// Bounds on what a parser accepts, so that hostile input costs no more than an honest large one.
public struct JSONLimits: Sendable, Hashable {
    /// How deep arrays and objects may nest; a scalar alone has depth 0, `[]` depth 1.
    ///
    /// The default, 512, is chosen so that releasing, comparing and hashing the value stay far from the end of a
    /// 512 KiB thread stack; nothing Kubernetes stores comes near it.
    public var maximumDepth: Int

    /// The same inside of members that are omitted: nothing is kept of them, so that they may nest deeper. As
    /// `maximumDepth` unless set.
    public var maximumOmittedDepth: Int

    /// The longest text, in bytes.
    public var maximumBytes: Int

    /// How many values there may be, arrays and objects included. Each takes a hundred bytes at worst, where its text takes
    /// but a few. No limit unless set: whoever reads what strangers send sets one.
    public var maximumValues: Int

    /// Whether an object may have several members of one name, of which the last one holds.
    public var allowsRepeatedNames: Bool

    /// Limits of your own. Negative ones refuse everything.
    public init(
        maximumDepth: Int = 512,
        maximumOmittedDepth: Int? = nil,
        maximumBytes: Int = 64 << 20,
        maximumValues: Int = .max,
        allowsRepeatedNames: Bool = true
    ) {
        self.maximumDepth = maximumDepth
        self.maximumOmittedDepth = maximumOmittedDepth ?? maximumDepth
        self.maximumBytes = maximumBytes
        self.maximumValues = maximumValues
        self.allowsRepeatedNames = allowsRepeatedNames
    }

    /// 512 levels, 64 MiB.
    public static let `default` = JSONLimits()
}
