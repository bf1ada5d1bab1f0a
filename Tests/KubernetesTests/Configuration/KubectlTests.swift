import Foundation
import JSON
import Testing

@testable import Kubernetes

/// Files that kubectl wrote are read as kubectl reads them.
@Suite("Kubeconfigs of kubectl")
struct KubectlTests {
    private static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures/kubeconfig").path

    @Test(
        "mean what they mean to kubectl",
        arguments: ["prod", "robot", "plugin", "basic", "none", nil]
    )
    func view(context: String?) throws {
        let configuration = try ClusterConfiguration.load(
            context: context,
            environment: ["KUBECONFIG": "\(Self.folder)/first:\(Self.folder)/second"]
        )
        let data = try Data(contentsOf: URL(fileURLWithPath: "\(Self.folder)/view-\(context ?? "current").json"))
        let view = try JSONValue(parsing: [UInt8](data))
        let cluster = view["clusters"]?[0]?["cluster"]
        let user = view["users"]?[0]?["user"]
        func text(_ value: JSONValue?) -> String { value?.stringValue ?? "" }

        #expect(configuration.server.description == text(cluster?["server"]))
        #expect(configuration.serverName ?? "" == text(cluster?["tls-server-name"]))
        #expect(configuration.insecureSkipVerify == cluster?["insecure-skip-tls-verify"]?.boolValue ?? false)
        #expect(configuration.namespace == view["contexts"]?[0]?["context"]?["namespace"]?.stringValue ?? "default")
        #expect(base64(configuration.authority) == text(cluster?["certificate-authority-data"]))
        let pair = configuration.user.clientCertificate
        #expect(base64(pair?.certificate) == text(user?["client-certificate-data"]))
        #expect(base64(pair?.key) == text(user?["client-key-data"]))

        switch configuration.user.authorization {
        case .token(let token): #expect(token == text(user?["token"]))
        case .basic(let username, let password):
            #expect(username == text(user?["username"]) && password == text(user?["password"]))
        case .exec(let plugin):
            let exec = user?["exec"]
            #expect(plugin.command == "\(Self.folder)/\(text(exec?["command"]))")
            #expect(plugin.version.rawValue == text(exec?["apiVersion"]))
            #expect(plugin.interactiveMode.rawValue == text(exec?["interactiveMode"]))
            #expect(plugin.arguments == exec?["args"]?.arrayValue?.compactMap(\.stringValue))
            #expect(plugin.environment.count == exec?["env"]?.arrayValue?.count)
            #expect((plugin.cluster != nil) == exec?["provideClusterInfo"]?.boolValue)
        case .tokenFile, nil:
            #expect(user?["token"] == nil && user?["username"] == nil && user?["exec"] == nil)
        }
    }

    private func base64(_ source: PEMSource?) -> String {
        guard case .data(let bytes) = source?.location else { return "" }
        return Base64.encode(bytes)
    }
}
