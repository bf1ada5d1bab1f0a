import JSON
import Kubernetes
import OptimizationAPI

/// The jobs of a run: many of 20 trials, and one that has as many as fifty of them.
struct Load {
    static let namespace = "bench"
    static let smallTrials = 20

    let jobs: Int

    /// Trials of the one large job: 1,000 beside 1,000 jobs.
    var largeTrials: Int { max(1, min(1_000, jobs)) }
    var trials: Int { jobs * Load.smallTrials + largeTrials }

    var objects: [JSONValue] {
        [Load.job("large", trials: largeTrials, parallel: min(50, largeTrials))]
            + (0..<jobs).map { Load.job("small-\($0)", trials: Load.smallTrials, parallel: 5) }
    }

    private static func job(_ name: String, trials: Int, parallel: Int) -> JSONValue {
        let parameters: [JSONValue] = (0..<4).map { number in
            [
                "name": .string("p\(number)"),
                "searchSpace": ["uniform": ["min": "0", "max": "1", "type": "Float"]],
            ]
        }
        return [
            "apiVersion": .string(ResourceType.optimizationJobs.apiVersion),
            "kind": .string(ResourceType.optimizationJobs.kind),
            "metadata": ["name": .string(name), "namespace": .string(namespace)],
            "spec": [
                "objectives": [["metric": "loss", "direction": "Minimize"]],
                "searchAlgorithm": ["random": ["seed": 1]],
                "parameters": .array(parameters),
                "numTrials": .number(JSONNumber(trials)),
                "parallelTrials": .number(JSONNumber(parallel)),
                "trainJobTemplate": [
                    "spec": [
                        "runtimeRef": ["name": "torch-distributed"],
                        "trainer": ["image": "train:1", "command": ["python", "train.py"], "numNodes": 1],
                    ]
                ],
            ],
        ]
    }
}
