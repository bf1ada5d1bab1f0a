/// A stack in memory of its own, from whose top whole runs are moved into arrays of exactly their size.
///
/// An array would retain and release on the way out; moving does not. What is left is released with the stack,
/// so an error in the middle of a text loses nothing.
struct ScratchStack<Element>: ~Copyable {
    private var base: UnsafeMutablePointer<Element>
    private var capacity: Int
    /// How many elements there are.
    private(set) var count = 0

    /// An empty stack with room for `capacity` elements; at least 1.
    init(capacity: Int) {
        self.capacity = max(1, capacity)
        base = .allocate(capacity: self.capacity)
    }

    deinit {
        base.deinitialize(count: count)
        base.deallocate()
    }

    /// Adds an element on top.
    @inline(__always)
    mutating func push(_ element: consuming Element) {
        if count == capacity { grow() }
        (base + count).initialize(to: element)
        count += 1
    }

    /// The elements from `start` to the top, which stay in place.
    @inline(__always)
    func top(from start: Int) -> UnsafeMutableBufferPointer<Element> {
        precondition(start >= 0 && start <= count)
        return UnsafeMutableBufferPointer(start: base + start, count: count - start)
    }

    /// Forgets the elements from `start` to the top, which the caller has moved out.
    @inline(__always)
    mutating func forget(from start: Int) {
        precondition(start >= 0 && start <= count)
        count = start
    }

    /// Moves the elements from `start` to the top into an array.
    @inline(__always)
    mutating func take(from start: Int) -> [Element] {
        let moved = top(from: start)
        guard !moved.isEmpty else { return [] }
        var array: [Element] = []
        array.reserveCapacity(moved.count)
        for position in moved.indices { array.append(moved.moveElement(from: position)) }
        forget(from: start)
        return array
    }

    /// The topmost element; the stack must not be empty.
    @inline(__always)
    var last: Element {
        precondition(count > 0)
        return base[count - 1]
    }

    /// Changes the topmost element; the stack must not be empty.
    @inline(__always)
    mutating func updateLast(_ change: (inout Element) -> Void) {
        precondition(count > 0)
        change(&base[count - 1])
    }

    /// Takes the topmost element off; the stack must not be empty.
    @inline(__always)
    mutating func pop() -> Element {
        precondition(count > 0)
        count -= 1
        return (base + count).move()
    }

    @inline(never)
    private mutating func grow() {
        let larger = UnsafeMutablePointer<Element>.allocate(capacity: capacity * 2)
        larger.moveInitialize(from: base, count: count)
        base.deallocate()
        base = larger
        capacity *= 2
    }
}
