import JSON
import Search

/// Rules on grid search.
enum GridRules {
    static func check(_ parameters: [ParameterRules.Checked], numTrials: Int64?, _ findings: inout Findings) {
        findings.at("parameters") { findings in
            for parameter in parameters {
                guard let searchSpace = parameter.searchSpace, !searchSpace.isEnumerable else { continue }
                findings.at(parameter.index) { findings in
                    findings.at("searchSpace") { findings in
                        findings.add(
                            at: searchSpace.field,
                            .invalid,
                            nil,
                            "Grid search requires every parameter to be categorical, a range of type Int or a range "
                                + "with a step."
                        )
                    }
                }
            }
        }
        let domains = parameters.compactMap { parameter in
            parameter.searchSpace?.range.map { ParameterDomain(name: parameter.name, domain: $0) }
        }
        guard let numTrials, domains.count == parameters.count, let space = try? SearchSpace(domains),
            space.isEnumerable
        else { return }
        guard let size = space.gridSize else {
            // More than an Int can count.
            findings.warn("the grid has over 10^18 points, of which only \(numTrials) will be tried (spec.numTrials)")
            return
        }
        if size < numTrials {
            findings.warn(
                "the grid has \(size) points, so only \(size) of the \(numTrials) trials of spec.numTrials will run"
            )
        } else if size > numTrials {
            findings.warn(
                "the grid has \(size) points, of which only the first \(numTrials) will be tried (spec.numTrials)"
            )
        }
    }
}
