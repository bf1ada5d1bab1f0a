/// Something that is fed arbitrary bytes.
///
/// A new one is a case here, an extension with its check in a file of its own, and a folder of examples under
/// `Fuzz/Corpus`.
public enum FuzzTarget: String, CaseIterable, Sendable {
    case httpRequests = "http-requests"
    case httpResponses = "http-responses"
    case json
    case jsonPatch = "json-patch"
    case admissionReview = "admission-review"
    case pem
    case kubeconfig

    /// Feeds it.
    ///
    /// Returns for every input, good or bad; ends the process when a promise is broken that holds for all of them.
    public func run(_ input: UnsafeRawBufferPointer) {
        switch self {
        case .httpRequests: HTTPRequestsCheck.run(input)
        case .httpResponses: HTTPResponsesCheck.run(input)
        case .json: JSONCheck.run(Array(input))
        case .jsonPatch: JSONPatchCheck.run(Array(input))
        case .admissionReview: AdmissionReviewCheck.run(Array(input))
        case .pem: PEMCheck.run(Array(input))
        case .kubeconfig: KubeconfigCheck.run(Array(input))
        }
    }

    /// Ends the process, saying which promise is broken.
    static func require(_ holds: Bool, _ promise: @autoclosure () -> String) {
        // Not `precondition`, whose message is lost in a release build.
        if !holds { fatalError("broken promise: \(promise())") }
    }
}

/// Cuts an input into pieces as a network does.
struct Cuts: Sequence {
    let input: UnsafeRawBufferPointer

    /// Pieces of one to 33 bytes, of lengths that depend on the input.
    func makeIterator() -> AnyIterator<UnsafeRawBufferPointer> {
        var position = 0
        return AnyIterator {
            guard position < input.count else { return nil }
            let length = Int(input[position] ^ UInt8(truncatingIfNeeded: position)) % 33 + 1
            let end = Swift.min(position + length, input.count)
            defer { position = end }
            return UnsafeRawBufferPointer(rebasing: input[position..<end])
        }
    }
}
