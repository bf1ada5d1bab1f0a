/// Runs `body` on every input, at most `limit` at a time, and returns the outputs in the order of the inputs.
func concurrently<Input: Sendable, Output: Sendable>(
    _ inputs: [Input],
    atMost limit: Int,
    _ body: @escaping @Sendable (Input) async -> Output
) async -> [Output] {
    if let only = inputs.first, inputs.count == 1 { return [await body(only)] }
    return await withTaskGroup(of: (Int, Output).self) { group in
        var waiting = inputs.enumerated().makeIterator()
        var outputs: [(Int, Output)] = []
        for _ in 0..<max(1, limit) {
            guard let (position, input) = waiting.next() else { break }
            group.addTask { (position, await body(input)) }
        }
        while let output = await group.next() {
            outputs.append(output)
            if let (position, input) = waiting.next() {
                group.addTask { (position, await body(input)) }
            }
        }
        return outputs.sorted { $0.0 < $1.0 }.map(\.1)
    }
}
