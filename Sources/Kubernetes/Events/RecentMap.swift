/// Values by key, bounded: when there are too many, the half that was not used for longest is forgotten.
struct RecentMap<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private let capacity: Int
    private var values: [Key: (value: Value, used: UInt64)] = [:]
    private var uses: UInt64 = 0

    /// - Parameter capacity: How many keys are kept; 2 or more.
    init(capacity: Int) {
        self.capacity = max(2, capacity)
    }

    var count: Int { values.count }

    /// The value of a key. Reading and setting it count as uses.
    subscript(key: Key) -> Value? {
        mutating get {
            uses &+= 1
            values[key]?.used = uses
            return values[key]?.value
        }
        set {
            guard let newValue else {
                values[key] = nil
                return
            }
            uses &+= 1
            values[key] = (newValue, uses)
            if values.count > capacity { forgetHalf() }
        }
    }

    private mutating func forgetHalf() {
        let middle = values.values.map(\.used).sorted()[values.count / 2]
        values = values.filter { $0.value.used >= middle }
    }
}
