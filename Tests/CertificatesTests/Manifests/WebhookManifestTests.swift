import Admission
import JSON
import Kubernetes
import Testing

@testable import Certificates

@Suite("The manifests in webhooks/")
struct WebhookManifestTests {
    private let folder: ManifestFolder
    private let settings = CertificateSettings()

    init() throws { folder = try ManifestFolder("webhooks") }

    private func webhooks(_ kind: WebhookConfiguration.Kind) throws -> [JSONValue] {
        let configuration = try folder.one(kind.type.kind, named: kind.name(in: settings))
        return configuration["webhooks"]?.arrayValue ?? []
    }

    @Test("call the Service that certificates are made for, at the paths that are served")
    func targets() throws {
        for kind in WebhookConfiguration.Kind.allCases {
            for webhook in try webhooks(kind) {
                let service = webhook["clientConfig"]?["service"]
                #expect(service?["name"]?.stringValue == settings.serviceName)
                #expect(service?["namespace"]?.stringValue == settings.namespace)
                #expect(service?["port"]?.int64Value == 443)
                #expect(
                    service?["path"]?.stringValue == (kind == .mutating ? WebhookPaths.mutate : WebhookPaths.validate)
                )
            }
            let configuration = try folder.one(kind.type.kind)
            #expect(WebhookConfiguration(configuration, kind: kind, settings: settings).ours.count == 1)
        }
        let service = try folder.one("Service", named: settings.serviceName)
        #expect(service["metadata"]?["namespace"]?.stringValue == settings.namespace)
        let port = service["spec"]?["ports"]?[0]
        #expect(port?["port"]?.int64Value == 443)
        #expect(port?["targetPort"]?.int64Value == 8443)
    }

    @Test("leave caBundle out, so that to apply them again wipes nothing")
    func noBundle() throws {
        for kind in WebhookConfiguration.Kind.allCases {
            #expect(try webhooks(kind).allSatisfy { $0["clientConfig"]?["caBundle"] == nil })
        }
    }

    @Test("never stand in the way in their own namespace or in kube-system")
    func selectors() throws {
        for kind in WebhookConfiguration.Kind.allCases {
            for webhook in try webhooks(kind) {
                let expression = webhook["namespaceSelector"]?["matchExpressions"]?[0]
                #expect(expression?["key"]?.stringValue == "kubernetes.io/metadata.name")
                #expect(expression?["operator"]?.stringValue == "NotIn")
                // The first place is the one that the kustomization writes.
                #expect(expression?["values"]?.texts == [settings.namespace, "kube-system"])
            }
        }
    }

    @Test("say what becomes of a job when no webhook answers, and how long to wait")
    func policies() throws {
        for kind in WebhookConfiguration.Kind.allCases {
            for webhook in try webhooks(kind) {
                #expect(webhook["failurePolicy"]?.stringValue == "Fail")
                #expect(webhook["sideEffects"]?.stringValue == "None")
                #expect(webhook["matchPolicy"]?.stringValue == "Equivalent")
                #expect(webhook["timeoutSeconds"]?.int64Value == 5)
                #expect(webhook["admissionReviewVersions"]?.texts == ["v1"])
                #expect(webhook["reinvocationPolicy"]?.stringValue == (kind == .mutating ? "IfNeeded" : nil))
                let rule = webhook["rules"]?[0]
                #expect(rule?["apiGroups"]?.texts == ["trainer.kubeflow.org"])
                #expect(rule?["resources"]?.texts == ["optimizationjobs"])
                #expect(rule?["operations"]?.texts == ["CREATE", "UPDATE"])
            }
        }
    }

    @Test("select no Pod that serves nothing, such as the cert-generator's")
    func serviceSelector() throws {
        let selector = try #require(try folder.one("Service")["spec"]?["selector"]?.objectValue)
        let pod = try ManifestFolder("certs").one("Job")["spec"]?["template"]?["metadata"]?["labels"]
        #expect(!selector.isEmpty)
        #expect(!selector.allSatisfy { pod?[$0.key] == $0.value })
    }
}
