import Testing

@testable import Kubernetes

@Suite("A server's URL")
struct ServerURLTests {
    @Test(
        "is read as kubectl reads it",
        arguments: [
            ("https://10.0.0.1:6443", true, "https://10.0.0.1:6443"),
            ("https://host", true, "https://host:443"),
            ("HTTPS://host/", true, "https://host:443"),
            ("http://localhost:8080", true, "http://localhost:8080"),
            ("http://localhost", true, "http://localhost:80"),
            ("https://[fd00::1]:6443", true, "https://[fd00::1]:6443"),
            ("https://[::1]", true, "https://[::1]:443"),
            ("https://rancher/k8s/clusters/c-1/", true, "https://rancher:443/k8s/clusters/c-1"),
            ("host:6443", true, "https://host:6443"),
            ("host:6443", false, "http://host:6443"),
            ("host", false, "http://host:80"),
            ("host:", true, "https://host:443"),
        ]
    )
    func read(_ text: String, _ isTLSByDefault: Bool, _ expected: String) throws {
        #expect(try ServerURL(parsing: text, isTLSByDefault: isTLSByDefault).description == expected)
    }

    @Test(
        "is refused with the reason",
        arguments: [
            ("ftp://host", "the scheme \"ftp\" is none of https and http"),
            ("https://", "there is no host"),
            ("https://:6443", "there is no host"),
            ("https://user:secret@host", "user information in the URL is not supported; put it into the user"),
            ("https://host?x=1", "a server's URL has no query and no fragment"),
            ("https://host:0", "the port \"0\" is no number from 1 to 65535"),
            ("https://host:65536", "the port \"65536\" is no number from 1 to 65535"),
            ("https://host:+1", "the port \"+1\" is no number from 1 to 65535"),
            ("https://a:b:c", "the port \"b:c\" is no number from 1 to 65535"),
            ("https://[::1", "\"[\" without \"]\""),
            ("https://[::1]x", "after \"]\" comes a port or nothing"),
            ("https://ho st", "\"ho st\" is no host name"),
            ("https://host\r\nX: y", "\"host\\r\\nX\" is no host name"),
            ("https://host/a b", "the path contains characters that must be percent-encoded"),
        ]
    )
    func refused(_ text: String, _ problem: String) {
        #expect(throws: ServerURL.Problem(description: problem)) {
            try ServerURL(parsing: text, isTLSByDefault: true)
        }
    }
}
