/// Shows a run while it goes on.
protocol RunView {
    /// Takes in what happened; `events` are the steps from the state before to `state`.
    mutating func show(_ state: RunState, _ events: [RunEvent])
    /// A word to the user in between.
    mutating func note(_ text: String)
    /// The run is over: whatever was drawn stays, and the cursor is where text goes on.
    mutating func close()
}

/// The live table, for a terminal.
struct LiveView: RunView {
    private let output: TextOutput
    private var block: LiveBlock

    init(output: TextOutput) {
        self.output = output
        block = LiveBlock(output: output)
    }

    mutating func show(_ state: RunState, _ events: [RunEvent]) {
        let size = output.size
        // One column stays free: some terminals wrap a line that fills the last one.
        let renderer = TableRenderer(columns: max(1, size.columns - 1), rows: size.rows, isColored: output.isColored)
        block.draw(renderer.lines(state), columns: size.columns)
    }

    mutating func note(_ text: String) {
        block.close()
        output.write(text + "\n")
    }

    mutating func close() {
        block.close()
    }
}

/// One line for each trial that starts or ends, for everything that is no terminal.
struct PlainView: RunView {
    let output: TextOutput

    func show(_ state: RunState, _ events: [RunEvent]) {
        for event in events { output.write(PlainRenderer.line(event, state) + "\n") }
    }

    func note(_ text: String) {
        output.write(text + "\n")
    }

    func close() {}
}
