/// Actions waiting for their time: a binary heap by deadline.
///
/// Calling one off only forgets its action; its entry leaves the heap when it comes to the top.
public struct TimerQueue {
    /// Names a timer.
    public struct ID: Hashable, Sendable {
        fileprivate let number: UInt64
    }

    private struct Entry {
        let deadline: UInt64
        let number: UInt64
    }

    private var heap: [Entry] = []
    private var actions: [UInt64: () -> Void] = [:]
    private var nextNumber: UInt64 = 0

    init() {}

    /// Entries held, those called off included.
    var entries: Int { heap.count }

    /// The deadline that comes first, in the unit of `add`.
    var earliest: UInt64? { heap.first?.deadline }

    mutating func add(deadline: UInt64, _ action: @escaping () -> Void) -> ID {
        nextNumber &+= 1
        actions[nextNumber] = action
        heap.append(Entry(deadline: deadline, number: nextNumber))
        siftUp(heap.count - 1)
        return ID(number: nextNumber)
    }

    mutating func cancel(_ timer: ID) {
        guard actions.removeValue(forKey: timer.number) != nil else { return }
        // Dead entries are dropped as they surface; rebuilt when they outnumber the living, so that a queue whose
        // timers are always called off stays small.
        if heap.count > 64, heap.count > 2 * actions.count {
            heap = heap.filter { actions[$0.number] != nil }
            for index in stride(from: heap.count / 2, through: 0, by: -1) { siftDown(index) }
        }
    }

    /// Removes and returns the actions whose deadline has come, earliest first.
    mutating func takeDue(at now: UInt64) -> [() -> Void] {
        var due: [() -> Void] = []
        while let first = heap.first, first.deadline <= now || actions[first.number] == nil {
            removeFirst()
            if let action = actions.removeValue(forKey: first.number) { due.append(action) }
        }
        return due
    }

    private mutating func removeFirst() {
        guard let last = heap.popLast(), !heap.isEmpty else { return }
        heap[0] = last
        siftDown(0)
    }

    private mutating func siftUp(_ start: Int) {
        var index = start
        while index > 0 {
            let parent = (index - 1) / 2
            guard heap[index].deadline < heap[parent].deadline else { return }
            heap.swapAt(index, parent)
            index = parent
        }
    }

    private mutating func siftDown(_ start: Int) {
        var index = start
        while true {
            let left = 2 * index + 1
            guard left < heap.count else { return }
            let right = left + 1
            let child = right < heap.count && heap[right].deadline < heap[left].deadline ? right : left
            guard heap[child].deadline < heap[index].deadline else { return }
            heap.swapAt(index, child)
            index = child
        }
    }
}
