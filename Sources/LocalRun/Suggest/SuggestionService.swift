import JSON
import OptimizationAPI
import Search

/// Answers requests for suggestions: a JSON value in, a JSON value out, nothing remembered between.
enum SuggestionService {
    /// An answer, and whether it is one or says what was wrong.
    struct Answer: Sendable {
        /// One line of JSON.
        let text: String
        /// Whether the request could not be answered.
        let isError: Bool
    }

    /// Answers a request in JSON.
    ///
    /// Suggestion *k* is the very one that the controller would make for trial *n + k* of a job with *n* trials and the
    /// same seed.
    static func answer(_ request: [UInt8]) -> Answer {
        let value: JSONValue
        do {
            // Of two members of one name only one would count, with nobody the wiser.
            value = try JSONValue(parsing: request, limits: JSONLimits(allowsRepeatedNames: false))
        } catch {
            guard case .repeatedName(let place) = error.kind else {
                let hint =
                    hasBareNonFinite(request)
                    ? " (NaN and Infinity are no JSON: write \"nan\" or \"inf\", in quotes)" : ""
                return refusal("the request is not JSON: \(error)\(hint)")
            }
            let path = FieldPath(place.tokens.map { token in Int(token).map { .index($0) } ?? .key(token) })
            let detail = "the request has this field twice"
            return refusal("\(FieldError(path: path, reason: .duplicate, detail: detail))")
        }
        do {
            return Answer(text: try response(to: SuggestionRequest(value)).text(), isError: false)
        } catch {
            return refusal("\(error)")
        }
    }

    /// Whether a request has a number as Python's `json` writes those that are not finite.
    private static func hasBareNonFinite(_ request: [UInt8]) -> Bool {
        let text = String(decoding: request, as: UTF8.self)
        return ["NaN", "Infinity"].contains { name in text.contains(": \(name)") || text.contains(":\(name)") }
    }

    static func response(to request: SuggestionRequest) throws -> JSONValue {
        let suggestions = try suggestions(
            request.count,
            for: request.job,
            in: request.space,
            after: request.history
        )
        return [
            "suggestions": .array(
                suggestions.map { assignment in
                    let parameters = zip(request.space.parameters, assignment.values).map { parameter, value in
                        ["name": .string(parameter.name), "value": .string(value)] as JSONValue
                    }
                    return ["parameters": .array(parameters)]
                }
            ),
            "exhausted": .bool(suggestions.count < request.count),
        ]
    }

    /// The assignments of the next `count` trials, fewer when the space is used up.
    static func suggestions(
        _ count: Int,
        for job: OptimizationJob,
        in space: SearchSpace,
        after history: TrialHistory
    ) throws(SamplerError) -> [Assignment] {
        var history = history
        let running = history.trials.count { $0.state == .running }
        let sampler = job.spec.searchAlgorithm.sampler(parallelTrials: max(job.spec.parallelTrials, running + count))
        var suggestions: [Assignment] = []
        for index in history.nextIndex..<(history.nextIndex + count) {
            guard let next = try sampler.suggestion(forTrial: index, in: space, after: history, seed: job.seed) else {
                break
            }
            suggestions.append(next)
            history.trials.append(PastTrial(index: index, assignment: next, state: .running))
        }
        return suggestions
    }

    private static func refusal(_ message: String) -> Answer {
        Answer(text: (["error": .string(message)] as JSONValue).text(), isError: true)
    }
}
