/// One value for every parameter of a space.
public struct Assignment: Sendable, Hashable {
    /// The values in the order of the space's parameters, as text exactly as the trial receives it.
    ///
    /// Whole numbers are plain digits; real numbers are the shortest text that reads back as the same Double.
    public let values: [String]

    /// Takes the values in the order of the space's parameters.
    public init(values: [String]) {
        self.values = values
    }

    /// Equal when a trial could not tell them apart: byte by byte.
    public static func == (left: Assignment, right: Assignment) -> Bool {
        left.values.elementsEqual(right.values) { ExactText(text: $0) == ExactText(text: $1) }
    }

    /// Agrees with `==`.
    public func hash(into hasher: inout Hasher) {
        for value in values {
            hasher.combine(ExactText(text: value))
        }
    }
}
