import JSON
import Testing

@testable import Certificates

@Suite("The manifests in certs/")
struct CertificateManifestTests {
    private let folder: ManifestFolder
    private let settings = CertificateSettings()

    init() throws { folder = try ManifestFolder("certs") }

    @Test("run the generator with no rights on the node")
    func securityContext() throws {
        let pod = try folder.one("Job")["spec"]?["template"]?["spec"]
        #expect(pod?["securityContext"]?["runAsNonRoot"] == true)
        #expect((pod?["securityContext"]?["runAsUser"]?.int64Value ?? 0) > 0)
        #expect(pod?["securityContext"]?["seccompProfile"]?["type"] == "RuntimeDefault")
        let containers = pod?["containers"]?.arrayValue ?? []
        #expect(containers.count == 1)
        for container in containers {
            let context = container["securityContext"]
            #expect(context?["allowPrivilegeEscalation"] == false)
            #expect(context?["readOnlyRootFilesystem"] == true)
            #expect(context?["capabilities"]?["drop"]?.texts == ["ALL"])
        }
    }

    @Test("let a finished Job go, but not the Secret with it")
    func ownership() throws {
        let job = try folder.one("Job")
        #expect(job["spec"]?["ttlSecondsAfterFinished"]?.int64Value != nil)
        #expect(job["spec"]?["backoffLimit"]?.int64Value != nil)
        let arguments = job["spec"]?["template"]?["spec"]?["containers"]?[0]?["args"]?.texts ?? []
        let owner = arguments.compactMap { $0.split(separator: "=").last.flatMap { SecretOwner(String($0)) } }
        #expect(owner == [SecretOwner(kind: .deployment, name: "optimizationjob-controller")])
    }

    @Test("give the Job's time to wait for a renewal's publication")
    func deadline() throws {
        let seconds = try #require(try folder.one("Job")["spec"]?["activeDeadlineSeconds"]?.int64Value)
        #expect(.seconds(seconds) > settings.publicationDelay * 2)
    }

    @Test("run the generator as the ServiceAccount that has the rights")
    func account() throws {
        let name = try folder.one("ServiceAccount")["metadata"]?["name"]
        #expect(try folder.one("Job")["spec"]?["template"]?["spec"]?["serviceAccountName"] == name)
        for kind in ["RoleBinding", "ClusterRoleBinding"] {
            let binding = try folder.one(kind)
            #expect(binding["subjects"]?[0]?["name"] == name)
            #expect(binding["subjects"]?[0]?["namespace"]?.stringValue == settings.namespace)
            let role = kind.replacing("Binding", with: "")
            #expect(try binding["roleRef"]?["name"] == folder.one(role)["metadata"]?["name"])
        }
    }

    @Test("have cert-manager write the Secret that is mounted, for the names the API server calls")
    func certManager() throws {
        let overlay = try ManifestFolder("certs/cert-manager")
        let leaf = try overlay.one("Certificate", named: settings.secretName)
        #expect(leaf["spec"]?["secretName"]?.stringValue == settings.secretName)
        #expect(leaf["spec"]?["dnsNames"]?.texts.sorted() == settings.hosts.sorted())
        // Signed by an authority, and not by itself: whom the API server trusts must outlive the certificate.
        let issuer = try overlay.one("Issuer", named: leaf["spec"]?["issuerRef"]?["name"]?.stringValue)
        let authority = overlay.of("Certificate").first { $0["spec"]?["isCA"] == true }
        #expect(issuer["spec"]?["ca"]?["secretName"] == authority?["spec"]?["secretName"])
        #expect(authority?["spec"]?["secretName"] != leaf["spec"]?["secretName"])
    }
}
