/// Keys and when they are due, each once: a binary heap in an array, with an index from key to place.
struct DelayedKeys<Key: Hashable & Sendable>: Sendable {
    private struct Entry {
        var key: Key
        var due: Duration
        /// Keeps keys that are due together in the order they came.
        var number: UInt64
    }

    private var heap: [Entry] = []
    private var place: [Key: Int] = [:]
    private var lastNumber: UInt64 = 0

    var count: Int { heap.count }

    /// When the first key is due.
    var earliest: Duration? { heap.first?.due }

    /// Adds a key, or makes it due earlier.
    ///
    /// - Returns: Whether that changed anything: `false` when it was due earlier already.
    mutating func insert(_ key: Key, at due: Duration) -> Bool {
        if let index = place[key] {
            guard due < heap[index].due else { return false }
            heap[index].due = due
            moveUp(index)
            return true
        }
        lastNumber &+= 1
        heap.append(Entry(key: key, due: due, number: lastNumber))
        place[key] = heap.count - 1
        moveUp(heap.count - 1)
        return true
    }

    /// Removes and returns the keys that are due, the earliest first.
    mutating func removeDue(at now: Duration) -> [Key] {
        var keys: [Key] = []
        while let first = heap.first, first.due <= now {
            keys.append(first.key)
            place[first.key] = nil
            let last = heap.removeLast()
            guard !heap.isEmpty else { break }
            heap[0] = last
            place[last.key] = 0
            moveDown()
        }
        return keys
    }

    mutating func removeAll() {
        heap = []
        place = [:]
    }

    private func isOrdered(_ left: Int, _ right: Int) -> Bool {
        (heap[left].due, heap[left].number) < (heap[right].due, heap[right].number)
    }

    private mutating func exchange(_ left: Int, _ right: Int) {
        heap.swapAt(left, right)
        place[heap[left].key] = left
        place[heap[right].key] = right
    }

    private mutating func moveUp(_ start: Int) {
        var index = start
        while index > 0, isOrdered(index, (index - 1) / 2) {
            exchange(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    private mutating func moveDown() {
        var index = 0
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2] where child < heap.count && isOrdered(child, least) {
                least = child
            }
            guard least != index else { return }
            exchange(index, least)
            index = least
        }
    }
}
