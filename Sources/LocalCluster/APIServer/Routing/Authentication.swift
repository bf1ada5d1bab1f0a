import HTTP
import Kubernetes

/// Who makes a request, by its bearer token.
struct Authentication: Sendable {
    private let token: [UInt8]

    init(token: String) {
        self.token = Array(token.utf8)
    }

    enum Identity: Sendable {
        case user(RequestUser)
        /// No token was sent at all.
        case anonymous
    }

    /// - Throws: 401 for a token that is not ours.
    func identify(_ headers: HTTPFields) throws(Status) -> Identity {
        guard let header = headers["Authorization"], !header.isEmpty else { return .anonymous }
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { throw .unauthorized }
        let given = Array(parts[1].drop { $0 == " " }.utf8)
        // An empty token would let everybody in.
        guard !token.isEmpty, Self.areEqual(given, token) else { throw .unauthorized }
        return .user(.administrator)
    }

    /// Compares in a time that says nothing about where the first difference is.
    private static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        var difference: UInt8 = 0
        for index in left.indices { difference |= left[index] ^ right[index] }
        return difference == 0
    }
}
