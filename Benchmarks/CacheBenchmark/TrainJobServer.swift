import HTTP
import JSON

/// A server of many TrainJobs, without a network: what a real one would send, page by page and event by event.
struct TrainJobServer: HTTPExchanging {
    let count: Int

    /// A finished TrainJob as a cluster has it: a spec with five parameters, the entries of three managers, two conditions and
    /// a report with five metrics.
    static func trainJob(_ number: Int, version: Int) -> String {
        let job = "bert-tuning-\(number / 20)"
        let uid = "c7dc6ee7-7de9-4b76-9f7e-\(String(number + 0x1000_0000_0000, radix: 16))"
        let owner = "00e8fabc-7e20-4105-82ce-\(String(number / 20 + 0x1000_0000_0000, radix: 16))"
        let names = ["LEARNING_RATE", "BATCH_SIZE", "WEIGHT_DECAY", "WARMUP_RATIO", "OPTIMIZER"]
        let environment = names.map { name in
            #"{"name":"KUBEFLOW_TRAINER_OPT_\#(name)","value":"0.00\#(number)"}"#
        }.joined(separator: ",")
        let parameters = names.map { #"\"\#($0.lowercased())\":\"0.00\#(number)\""# }.joined(separator: ",")
        let fields = names.map { #""k:{\"name\":\"KUBEFLOW_TRAINER_OPT_\#($0)\"}":{".":{},"f:name":{},"f:value":{}}"# }
            .joined(separator: ",")
        let metrics = ["val_loss", "val_accuracy", "train_loss", "current_step", "epoch"].map { name in
            #"{"name":"\#(name)","value":"0.\#(number)"}"#
        }.joined(separator: ",")
        let conditions = [("Complete", "JobsCompleted", "True"), ("Suspended", "Resumed", "False")].map {
            #"{"lastTransitionTime":"2026-11-23T22:00:00Z","message":"TrainJob is \#($0.1)","reason":"\#($0.1)","#
                + #""status":"\#($0.2)","type":"\#($0.0)"}"#
        }.joined(separator: ",")
        return #"{"apiVersion":"trainer.kubeflow.org/v1alpha1","kind":"TrainJob","metadata":{"annotations":{"#
            + #""trainer.kubeflow.org/optimizationjob-parameters":"{\#(parameters)}"},"creationTimestamp":"#
            + #""2026-11-23T22:30:39Z","finalizers":["trainer.kubeflow.org/cleanup"],"generation":1,"labels":{"#
            + #""app.kubernetes.io/part-of":"bert-tuning","trainer.kubeflow.org/optimizationjob-name":"\#(job)"},"#
            + #""managedFields":[{"apiVersion":"trainer.kubeflow.org/v1alpha1","fieldsType":"FieldsV1","fieldsV1":{"#
            + #""f:spec":{".":{},"f:managedBy":{},"f:runtimeRef":{},"f:trainer":{".":{},"f:env":{".":{},\#(fields)}}}},"#
            + #""manager":"optimizationjob","operation":"Update","time":"2026-11-23T22:30:39Z"}],"#
            + #""name":"\#(job)-trial-\#(number % 20)","namespace":"ml-team","ownerReferences":[{"apiVersion":"#
            + #""trainer.kubeflow.org/v1alpha1","blockOwnerDeletion":true,"controller":true,"kind":"OptimizationJob","#
            + #""name":"\#(job)","uid":"\#(owner)"}],"resourceVersion":"\#(version)","uid":"\#(uid)"},"#
            + #""spec":{"managedBy":"trainer.kubeflow.org/trainjob-controller","runtimeRef":{"apiGroup":"#
            + #""trainer.kubeflow.org","kind":"ClusterTrainingRuntime","name":"torch-distributed"},"suspend":false,"#
            + #""trainer":{"command":["torchrun","/workspace/train.py","--epochs=10","--data=/data"],"env":[\#(environment)],"#
            + #""image":"registry.example.com/team/bert-tuner:2026.11","numNodes":4,"resourcesPerNode":{"limits":{"cpu":"8","#
            + #""memory":"64Gi","nvidia.com/gpu":"4"}}}},"#
            + #""status":{"conditions":[\#(conditions)],"jobsStatus":[{"active":0,"failed":0,"name":"node","ready":0,"#
            + #""succeeded":1,"suspended":0}],"trainerStatus":{"lastUpdatedTime":"2026-11-23T22:40:00Z","#
            + #""metrics":[\#(metrics)],"progressPercentage":100}}}"#
    }

    func send(_ request: HTTPRequest, timeout: Duration) async throws -> HTTPResponse {
        let query = request.query
        func number(_ name: String) -> Int? { query.first { $0.name == name }.flatMap { Int($0.value) } }
        let start = number("continue") ?? 0
        let end = min(count, start + (number("limit") ?? count))
        let items = (start..<end).map { Self.trainJob($0, version: $0 + 1) }.joined(separator: ",")
        let next = end < count ? #","continue":"\#(end)""# : ""
        let text = #"{"kind":"TrainJobList","metadata":{"resourceVersion":"\#(count)"\#(next)},"items":[\#(items)]}"#
        return HTTPResponse(status: 200, body: .bytes(Array(text.utf8)))
    }

    func stream(_ request: HTTPRequest, headTimeout: Duration) async throws -> HTTPResponseStream {
        // Every object changes once, as when all trials report; then there is silence until the reader has enough.
        let body = HTTPBodyStream { [count] in
            let events = EventLines(count: count)
            return { try await events.next() }
        }
        return HTTPResponseStream(status: 200, headers: [:], body: body)
    }
}

/// The lines of a watch.
private actor EventLines {
    private let count: Int
    private var sent = 0

    init(count: Int) {
        self.count = count
    }

    func next() async throws -> [UInt8]? {
        guard sent < count else {
            try await Task.sleep(for: .seconds(3600))
            return nil
        }
        defer { sent += 1 }
        let object = TrainJobServer.trainJob(sent, version: count + sent + 1)
        return Array((#"{"type":"MODIFIED","object":"# + object + "}\n").utf8)
    }
}
