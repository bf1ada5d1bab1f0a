import CLinux
import Glibc
import Kubernetes

/// A kubeconfig: it is loaded, or refused in words. No program it names is run for that.
enum KubeconfigCheck {
    /// A file without a name, used again and again.
    private static let descriptor = memfd_create("kubeconfig", 0)

    static func run(_ input: [UInt8]) {
        FuzzTarget.require(ftruncate(descriptor, 0) == 0, "a file to write to")
        FuzzTarget.require(pwrite(descriptor, input, input.count, 0) == input.count, "room for the input")
        do {
            _ = try ClusterConfiguration.load(kubeconfig: "/proc/self/fd/\(descriptor)", environment: [:])
        } catch {
            FuzzTarget.require(!error.description.isEmpty, "a reason")
        }
    }
}
