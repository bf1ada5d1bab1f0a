import HTTP
import JSON
import Kubernetes

extension LocalAPIServer {
    /// GET, POST and DELETE of a collection.
    func answer(
        _ request: HTTPRequest,
        _ parameters: RequestParameters,
        _ user: RequestUser,
        collectionOf kind: ServedKind,
        in namespace: String?
    ) throws(Status) -> HTTPReply {
        switch request.method {
        case "GET":
            let presenter = try presenter(request, parameters)
            let list = try ListParameters(parameters, kind: kind)
            if list.isWatch { return try watch(kind, namespace, list, presenter) }
            return .now(
                ResponseWriter.json(presenter.bytes(of: try reads.list(kind, namespace: namespace, list), kind))
            )
        case "POST" where namespace != nil || !kind.type.isNamespaced:
            return try create(request, parameters, user, kind, namespace ?? "")
        case "DELETE" where namespace != nil || !kind.type.isNamespaced:
            return try deleteCollection(request, parameters, user, kind, namespace ?? "")
        default: throw .methodNotAllowed(kind.type, verb: request.method.lowercased())
        }
    }

    /// All methods of one object or its subresource.
    func answer(
        _ request: HTTPRequest,
        _ parameters: RequestParameters,
        _ user: RequestUser,
        _ kind: ServedKind,
        _ key: ObjectKey,
        _ subresource: Route.Subresource
    ) throws(Status) -> HTTPReply {
        switch (request.method, subresource) {
        case ("GET", .none) where parameters.flag("watch"):
            var list = try ListParameters(parameters, kind: kind)
            list.selector = try ObjectSelector(labels: nil, fields: "metadata.name=\(key.name)", kind: kind)
            return try watch(
                kind,
                kind.type.isNamespaced ? key.namespace : nil,
                list,
                presenter(request, parameters)
            )
        case ("GET", _):
            let presenter = try presenter(request, parameters)
            return .now(ResponseWriter.json(presenter.bytes(of: try reads.get(key, kind), kind)))
        case ("POST", .none):
            return try create(request, parameters, user, kind, key.namespace)
        case ("PUT", _): return try put(request, parameters, user, kind, key, subresource)
        case ("PATCH", _): return try patch(request, parameters, user, kind, key, subresource)
        case ("DELETE", .none): return try delete(request, parameters, user, kind, key)
        default: throw .methodNotAllowed(kind.type, verb: request.method.lowercased())
        }
    }

    // MARK: Reading

    private func presenter(_ request: HTTPRequest, _ parameters: RequestParameters) throws(Status) -> Presenter {
        let form = try ContentNegotiation.form(for: request.headers, offered: [.table, .metadata])
        var rows = Presenter.RowObject.metadata
        if let text = parameters.text("includeObject") {
            guard let known = Presenter.RowObject(rawValue: text) else {
                throw .badRequest("unrecognized includeObject value: \(Quoted(text))")
            }
            rows = known
        }
        return Presenter(form: form, rowObject: rows, now: clock.date)
    }

    private func watch(
        _ kind: ServedKind,
        _ namespace: String?,
        _ list: ListParameters,
        _ presenter: Presenter
    ) throws(Status) -> HTTPReply {
        let timeout = list.timeout ?? WatchSchedule.minimumTimeout + .seconds(Int64.random(in: 0...1800))
        let session = try WatchSession(
            registry,
            kind,
            namespace: namespace,
            list,
            presenter,
            clock,
            WatchSchedule(end: timeout, hasBookmarks: list.allowsBookmarks)
        )
        return .now(
            HTTPResponse(status: 200, headers: ResponseWriter.headers(), body: .stream { try await session.run($0) })
        )
    }

    // MARK: Writing

    private func writeRequest(
        _ parameters: RequestParameters,
        _ user: RequestUser,
        _ kind: ServedKind,
        _ options: String
    ) throws(Status) -> WriteRequest {
        try parameters.checkFieldValidation(options)
        return WriteRequest(
            kind: kind,
            user: user,
            isDryRun: try parameters.isDryRun(options),
            fieldManager: parameters.text("fieldManager"),
            fieldValidation: parameters.text("fieldValidation")
        )
    }

    private func create(
        _ request: HTTPRequest,
        _ parameters: RequestParameters,
        _ user: RequestUser,
        _ kind: ServedKind,
        _ namespace: String
    ) throws(Status) -> HTTPReply {
        let presenter = try presenter(request, parameters)
        try ContentNegotiation.checkJSON(request.headers)
        let write = try writeRequest(parameters, user, kind, "CreateOptions")
        let body = try ObjectForm(kind: kind).decode(request.body)
        return later(write, presenter, status: 201) { [writes] () async throws(Status) in
            try await writes.create(body, namespace: namespace, write)
        }
    }

    private func put(
        _ request: HTTPRequest,
        _ parameters: RequestParameters,
        _ user: RequestUser,
        _ kind: ServedKind,
        _ key: ObjectKey,
        _ subresource: Route.Subresource
    ) throws(Status) -> HTTPReply {
        let presenter = try presenter(request, parameters)
        try ContentNegotiation.checkJSON(request.headers)
        let write = try writeRequest(parameters, user, kind, "UpdateOptions")
        let body = try ObjectForm(kind: kind).decode(request.body)
        let mayCreate = kind.traits.createsOnUpdate && subresource == .none
        if mayCreate, registry.read({ $0[ObjectID(collection: kind.collection, key: key)] }) == nil {
            let metadata = ObjectMeta(body)
            guard metadata.name == key.name else {
                throw .badRequest(
                    "the name of the object (\(metadata.name)) does not match the name on the URL (\(key.name))"
                )
            }
            // Who names a UID means an object that there was: a lease that its holder renews was deleted meanwhile.
            guard metadata.uid.isEmpty else {
                throw .uidMismatch(
                    kind.type,
                    NamespacedName(namespace: key.namespace, name: key.name),
                    wanted: metadata.uid,
                    found: ""
                )
            }
            return later(write, presenter, status: 201) { [writes] () async throws(Status) in
                try await writes.create(body, namespace: key.namespace, write)
            }
        }
        return later(write, presenter, status: 200) { [writes] () async throws(Status) in
            try await writes.update(key, through: subresource, write) { _ in body }
        }
    }

    private func patch(
        _ request: HTTPRequest,
        _ parameters: RequestParameters,
        _ user: RequestUser,
        _ kind: ServedKind,
        _ key: ObjectKey,
        _ subresource: Route.Subresource
    ) throws(Status) -> HTTPReply {
        let presenter = try presenter(request, parameters)
        let write = try writeRequest(parameters, user, kind, "PatchOptions")
        let patch = try PatchBody(request, kind: kind)
        return later(write, presenter, status: 200) { [writes] () async throws(Status) in
            try await writes.update(key, through: subresource, write) { current throws(Status) in
                try patch.applied(to: current)
            }
        }
    }

    /// Answers with the object that a write leaves behind.
    private func later(
        _ write: WriteRequest,
        _ presenter: Presenter,
        status: Int,
        _ body: @escaping @Sendable () async throws(Status) -> JSONValue
    ) -> HTTPReply {
        .later {
            do throws(Status) {
                let object = try await body()
                let bytes = presenter.bytes(of: object, write.kind)
                return ResponseWriter.json(bytes, status: status, warnings: write.warnings)
            } catch {
                return ResponseWriter.refusal(error, warnings: write.warnings)
            }
        }
    }

    private func delete(
        _ request: HTTPRequest,
        _ parameters: RequestParameters,
        _ user: RequestUser,
        _ kind: ServedKind,
        _ key: ObjectKey
    ) throws(Status) -> HTTPReply {
        let presenter = try presenter(request, parameters)
        let deletion = try DeletionRequest(request, parameters)
        let write = WriteRequest(kind: kind, user: user, isDryRun: deletion.isDryRun)
        return .later { [writes] in
            do throws(Status) {
                switch try await writes.delete(key, deletion, write) {
                case .waiting(let object):
                    return ResponseWriter.json(presenter.bytes(of: object, kind), warnings: write.warnings)
                case .gone(let object):
                    let status = Status.deleted(kind.type, key.name, uid: ObjectMeta(object).uid)
                    return ResponseWriter.json(status.json, warnings: write.warnings)
                }
            } catch {
                return ResponseWriter.refusal(error, warnings: write.warnings)
            }
        }
    }

    private func deleteCollection(
        _ request: HTTPRequest,
        _ parameters: RequestParameters,
        _ user: RequestUser,
        _ kind: ServedKind,
        _ namespace: String
    ) throws(Status) -> HTTPReply {
        // Kubernetes does not delete all namespaces at once either.
        guard kind.collection != .namespaces else {
            throw .methodNotAllowed(kind.type, verb: "deletecollection")
        }
        let presenter = try presenter(request, parameters)
        let selector = try ListParameters(parameters, kind: kind).selector
        let deletion = try DeletionRequest(request, parameters)
        let write = WriteRequest(kind: kind, user: user, isDryRun: deletion.isDryRun)
        return .later { [writes] in
            do throws(Status) {
                let (objects, revision) = try await writes.deleteCollection(
                    namespace: namespace,
                    matching: selector,
                    deletion,
                    write
                )
                let bytes = presenter.list(
                    objects.map { $0.serialized() },
                    kind,
                    metadata: ["continue": "", "resourceVersion": .string(String(revision))]
                )
                return ResponseWriter.json(bytes, warnings: write.warnings)
            } catch {
                return ResponseWriter.refusal(error, warnings: write.warnings)
            }
        }
    }
}
