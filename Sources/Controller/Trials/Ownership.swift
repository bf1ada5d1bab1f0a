import Kubernetes
import OptimizationAPI

extension ObjectMeta {
    /// Whether the object's controller is the one with this UID. An empty UID controls nothing.
    func isControlled(by uid: String) -> Bool {
        !uid.isEmpty && ownerReferences.contains { $0.controller && $0.uid == uid }
    }

    /// The OptimizationJob that controls the object: its name and UID.
    var optimizationJob: (name: NamespacedName, uid: String)? {
        let group = ResourceType.optimizationJobs.group + "/"
        guard
            let owner = ownerReferences.first(where: \.controller),
            owner.kind == ResourceType.optimizationJobs.kind, owner.apiVersion.hasPrefix(group), !owner.uid.isEmpty
        else { return nil }
        return (NamespacedName(namespace: namespace, name: owner.name), owner.uid)
    }
}
