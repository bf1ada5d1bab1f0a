/// Mean regret by the number of trials, a line a sampler, as SVG.
enum Picture {
    private static let colours = [
        "random": "#999999", "sobol": "#c2a04c", "tpe": "#2c7fb8", "cmaes": "#7a5195", "gp": "#41ab5d",
        "auto": "#d7301f",
    ]
    private static let width = 720.0
    private static let height = 380.0
    private static let margin = (left: 60.0, right: 130.0, top: 20.0, bottom: 45.0)
    /// The regrets of the lowest and the highest line of the grid.
    private static let range = (low: 0.01, high: 1.0)

    static func svg(_ measured: Measurements) -> String {
        var parts = [
            """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Int(width)) \(Int(height))" font-family="sans-serif" \
            font-size="12"><rect width="100%" height="100%" fill="white"/>
            """
        ]
        for regret in [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1] {
            parts.append(
                """
                <line x1="\(margin.left)" x2="\(width - margin.right)" y1="\(y(regret))" y2="\(y(regret))" stroke="#ddd"/>\
                <text x="\(margin.left - 8)" y="\(y(regret) + 4)" text-anchor="end">\(regret)</text>
                """
            )
        }
        for trial in [1, 25, 50, 75, 100] {
            let below = height - margin.bottom + 18
            parts.append("<text x=\"\(x(trial))\" y=\"\(below)\" text-anchor=\"middle\">\(trial)</text>")
        }
        parts.append("<text x=\"\(x(50))\" y=\"\(height - 8)\" text-anchor=\"middle\">trials</text>")
        var label = margin.top + 10
        for sampler in measured.samplers.sorted(by: { last($0, measured) > last($1, measured) }) {
            let points = (1...100).compactMap { trial in
                measured.mean(sampler, 1, at: trial).map { "\(x(trial)),\(y($0))" }
            }
            guard !points.isEmpty else { continue }
            let isOurs = colours[sampler] != nil
            let colour = colours[sampler] ?? "#333333"
            let dashes = isOurs ? "" : " stroke-dasharray=\"\(dash(sampler))\""
            let stroke = "stroke=\"\(colour)\" stroke-width=\"\(sampler == "auto" ? 3 : 1.6)\"\(dashes)"
            parts.append("<polyline fill=\"none\" \(stroke) points=\"\(points.joined(separator: " "))\"/>")
            let start = width - margin.right + 8
            let middle = label - 4
            parts.append("<line x1=\"\(start)\" x2=\"\(start + 22)\" y1=\"\(middle)\" y2=\"\(middle)\" \(stroke)/>")
            parts.append("<text x=\"\(start + 28)\" y=\"\(label)\">\(sampler)</text>")
            label += 18
        }
        return parts.joined(separator: "\n") + "\n</svg>\n"
    }

    private static func last(_ sampler: String, _ measured: Measurements) -> Double {
        measured.mean(sampler, 1, at: 100) ?? 0
    }

    private static func dash(_ sampler: String) -> String {
        switch sampler {
        case "optuna-tpe": "6 3"
        case "optuna-tpe-mv": "2 3"
        case "optuna-cmaes": "8 3 2 3"
        default: "12 3"
        }
    }

    private static func x(_ trial: Int) -> Double {
        tenths(margin.left + (width - margin.left - margin.right) * Double(trial - 1) / 99)
    }

    /// On a logarithmic scale.
    private static func y(_ regret: Double) -> Double {
        let bounded = min(max(regret, range.low), range.high)
        let share = logarithm(bounded / range.low) / logarithm(range.high / range.low)
        return tenths(height - margin.bottom - share * (height - margin.top - margin.bottom))
    }

    private static func tenths(_ value: Double) -> Double { (value * 10).rounded() / 10 }
}
