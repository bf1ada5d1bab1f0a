import HTTP
import JSON
import Kubernetes

/// The query parameters of a request. The last one wins if a name occurs twice.
struct RequestParameters: Sendable {
    private var values: [String: [String]] = [:]

    init(_ request: HTTPRequest) {
        for (name, value) in request.query { values[name, default: []].append(value) }
    }

    /// The value, or `nil` if there is none or it is empty.
    func text(_ name: String) -> String? {
        guard let value = values[name]?.last, !value.isEmpty else { return nil }
        return value
    }

    func all(_ name: String) -> [String] { values[name] ?? [] }

    /// A flag as Kubernetes reads it: there, and not `false` or `0`.
    func flag(_ name: String) -> Bool { optionalFlag(name) ?? false }

    func optionalFlag(_ name: String) -> Bool? {
        guard let value = values[name]?.last else { return nil }
        return !["false", "0"].contains(value.lowercased())
    }

    func integer(_ name: String) throws(Status) -> Int64? {
        guard let text = text(name) else { return nil }
        guard let number = Int64(text) else {
            throw .badRequest("\(name): strconv.ParseInt: parsing \(Quoted(text)): invalid syntax")
        }
        return number
    }

    /// Whether nothing is to be stored.
    ///
    /// - Parameter options: what the error calls the options, such as `CreateOptions`.
    func isDryRun(_ options: String) throws(Status) -> Bool {
        try Self.isDryRun(all("dryRun"), options)
    }

    static func isDryRun(_ values: [String], _ options: String) throws(Status) -> Bool {
        guard !values.isEmpty else { return false }
        for value in values where value != "All" {
            throw .invalid(
                options: options,
                [.notSupported("dryRun", .string(value), supported: ["All"])]
            )
        }
        return true
    }

    /// Checks `fieldValidation`. There are no schemas here, so every value means the same.
    func checkFieldValidation(_ options: String) throws(Status) {
        guard let value = text("fieldValidation"), !["Ignore", "Warn", "Strict"].contains(value) else { return }
        throw .invalid(
            options: options,
            [.notSupported("fieldValidation", .string(value), supported: ["Ignore", "Strict", "Warn"])]
        )
    }
}

/// A text in double quotes, escaped as JSON and Go both do.
struct Quoted: CustomStringConvertible {
    private let text: String

    init(_ text: String) { self.text = text }

    var description: String { JSONValue.string(text).description }
}
