import Foundation
import JSON
import LocalCluster
import Logging
import OptimizationAPI
import Synchronization
import Testing

@testable import LocalRun

/// Everything but the command line, inside this process: servers, controller, trainer and followers.
@Suite("A session")
struct SessionTests {
    /// Keeps what a view would show.
    private final class Recorder: Sendable {
        let states = Mutex<[RunState]>([])
        let events = Mutex<[RunEvent]>([])
    }

    private struct RecordingView: RunView {
        let recorder: Recorder

        func show(_ state: RunState, _ events: [RunEvent]) {
            recorder.states.withLock { $0.append(state) }
            recorder.events.withLock { $0 += events }
        }

        func note(_ text: String) {}
        func close() {}
    }

    @Test("takes a job from the API server through webhooks, controller and trainer to its end")
    func complete() async throws {
        let workspace = try Workspace()
        let manifest = try ManifestLoader.parse(
            Array(
                Workspace.manifest(
                    """
                    searchAlgorithm: {grid: {}}
                    parameters:
                      - name: x
                        searchSpace: {categorical: {choices: ["3", "1", "2", "5", "4"]}}
                    numTrials: 5
                    parallelTrials: 2
                    """,
                    script: "python3 report.py loss $(OPT_X)"
                ).utf8
            ),
            file: "job.yaml"
        )
        let directory = try RunDirectory.create(in: workspace.path + "/runs", job: "example", at: 0)
        var object = manifest.object
        object["metadata"]?["namespace"] = "team-a"
        let session = LocalSession(
            object: object,
            directory: directory,
            contextDirectory: workspace.path,
            supervisor: SupervisorProgram(executable: Workspace.program),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        let recorder = Recorder()
        var view: any RunView = RecordingView(recorder: recorder)
        let outcome = try await session.run(
            signals: AsyncStream { $0.finish() },
            impatience: AsyncStream { _ in },
            view: &view
        )

        #expect(outcome.ending == .complete)
        #expect(outcome.state.best?.parameters.first?.value == "1")
        #expect(outcome.job["metadata"]?["namespace"]?.stringValue == "team-a")
        let report = RunReport(outcome, directory: directory.path, context: "/")
        #expect(report.reproduction?.command.contains("OPT_X=1") == true)
        let states = recorder.states.withLock { $0 }
        #expect(states.allSatisfy { $0.runningCount <= 2 })
        let events = recorder.events.withLock { $0 }
        #expect(events.count { if case .started = $0 { true } else { false } } == 5)
        #expect(events.count { if case .ended = $0 { true } else { false } } == 5)
        #expect(Set(outcome.state.trials.flatMap { $0.parameters.map(\.value) }) == ["1", "2", "3", "4", "5"])
    }

    @Test("refused by the API server starts no trial, and leaves nothing running")
    func refused() async throws {
        let workspace = try Workspace()
        let directory = try RunDirectory.create(in: workspace.path + "/runs", job: "bad", at: 0)
        let session = LocalSession(
            object: [
                "apiVersion": "trainer.kubeflow.org/v1alpha1", "kind": "OptimizationJob",
                "metadata": ["name": "bad", "namespace": "default"], "spec": [:],
            ],
            directory: directory,
            contextDirectory: workspace.path,
            supervisor: SupervisorProgram(executable: Workspace.program),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        var view: any RunView = RecordingView(recorder: Recorder())
        await #expect(throws: (any Error).self) {
            _ = try await session.run(
                signals: AsyncStream { $0.finish() },
                impatience: AsyncStream { _ in },
                view: &view
            )
        }
        #expect(workspace.files(in: "runs").count == 1)
    }

    @Test("gives runs that begin in the same second folders of their own")
    func directories() throws {
        let workspace = try Workspace()
        let made = try (0..<3).map { _ in try RunDirectory.create(in: workspace.path + "/a/b", job: "j", at: 0).path }
        #expect(Set(made).count == 3)
        #expect(workspace.files(in: "a/b").count == 3)
    }

    @Test("turns the webhooks' Services into addresses on loopback, and nothing else")
    func webhooks() {
        let localized = WebhookSetup.localized(
            [
                "webhooks": [
                    [
                        "name": "a", "clientConfig": ["service": ["name": "s", "path": "/mutate"]],
                        "failurePolicy": "Fail",
                    ]
                ]
            ],
            origin: "https://127.0.0.1:1",
            authorityPEM: Array("abcd".utf8)
        )
        #expect(
            localized == [
                "webhooks": [
                    [
                        "name": "a", "clientConfig": ["url": "https://127.0.0.1:1/mutate", "caBundle": "YWJjZA=="],
                        "failurePolicy": "Fail",
                    ]
                ]
            ]
        )
    }
}
