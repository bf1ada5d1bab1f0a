import Glibc
import SystemPackage
import Testing

@testable import LocalCluster

@Suite("A trial's directory")
struct TrialDirectoryTests {
    private let directory: TrainerTestDirectory

    init() throws {
        directory = try TrainerTestDirectory()
        directory.makeDirectory("context")
        try directory.write("data", to: "context/data.csv")
        try directory.write("hidden", to: "context/.env")
    }

    private func prepare(run: String, name: String = "a") throws -> TrialDirectory {
        try TrialDirectory.makeDirectories(run)
        let trial = TrialDirectory(runDirectory: run, trainJob: name)
        try trial.prepare(context: directory.path + "/context", runDirectory: run, token: "secret")
        return trial
    }

    @Test("links what lies beside the manifest, but neither what is hidden nor what holds the run directory")
    func links() throws {
        directory.makeDirectory("context/src")
        let trial = try prepare(run: directory.path + "/context/runs/today")
        #expect(DirectoryListing.names(in: trial.work).sorted() == ["data.csv", "src"])
        #expect(SmallFile.read(trial.work + "/data.csv", limit: 10) == Array("data".utf8))
    }

    @Test("links a directory whose name merely begins like the run directory's")
    func similarName() throws {
        directory.makeDirectory("context/run")
        let trial = try prepare(run: directory.path + "/context/runs")
        #expect(DirectoryListing.names(in: trial.work).sorted() == ["data.csv", "run"])
    }

    @Test("keeps what an earlier attempt left, and begins anew")
    func attempts() throws {
        let run = directory.path + "/run"
        for attempt in 0..<3 {
            let trial = try prepare(run: run)
            #expect(!DirectoryListing.names(in: trial.work).contains("result"))
            try directory.write("\(attempt)", to: "run/trials/a/work/result")
            try trial.openLog().close()
        }
        #expect(
            DirectoryListing.names(in: run + "/trials/a").sorted()
                == ["log.1.txt", "log.2.txt", "log.txt", "token", "work", "work.1", "work.2"]
        )
        #expect(directory.read("run/trials/a/work.2/result") == "1")
        #expect(directory.read("context/data.csv") == "data")
    }

    @Test("keeps the token for its owner, and does not write through a link put in its place")
    func token() throws {
        let run = directory.path + "/run"
        let trial = try prepare(run: run)
        var status = stat()
        #expect(stat(trial.token, &status) == 0 && status.st_mode & 0o777 == 0o600)
        unlink(trial.token)
        symlink(directory.path + "/context/data.csv", trial.token)
        _ = try prepare(run: run)
        #expect(directory.read("context/data.csv") == "data")
        #expect(directory.read("run/trials/a/token") == "secret")
    }

    @Test("that cannot be made says which path and why")
    func failure() throws {
        try directory.write("a file", to: "run")
        let error = #expect(throws: TrialDirectory.Failure.self) {
            let trial = TrialDirectory(runDirectory: directory.path + "/run", trainJob: "a")
            try trial.prepare(context: directory.path + "/context", runDirectory: directory.path, token: "")
        }
        #expect(error?.description == "\(directory.path)/run/trials: Not a directory")
    }

    static let logs: [(log: String, tail: String)] = [
        ("", ""),
        ("one\n", "one"),
        ("one\r\ntwo\n\n \n", "one\ntwo"),
        ("\u{1B}[31mred\u{1B}[0m\u{7}\ttab\n", "red\ttab"),
        ((1...30).map { "\($0)\n" }.joined(), (11...30).map { "\($0)" }.joined(separator: "\n")),
        (String(repeating: "x", count: 5000), String(repeating: "x", count: 2048)),
        (String(repeating: "x", count: 5000) + "\nlast", "last"),
        (String(repeating: "é", count: 5000) + "!", String(repeating: "é", count: 1023) + "!"),
        (
            String(repeating: "x", count: 1500) + "\n" + String(repeating: "y", count: 1500),
            String(repeating: "y", count: 1500)
        ),
        // What torchrun puts behind the traceback of a worker.
        (worker + launcher, worker),
        (worker + launcher + "\ncleaned up", worker + "\ncleaned up"),
        (launcher, launcher.split(separator: "\n").suffix(20).joined(separator: "\n")),
    ]

    private static let worker = """
        [rank0]: Traceback (most recent call last):
        [rank0]:   File "/work/train.py", line 3, in <module>
        [rank0]:     raise ValueError("the learning rate is too large")
        [rank0]: ValueError: the learning rate is too large
        E1130 10:00:00.0 140 torch/distributed/elastic/multiprocessing/api.py:874] failed (exitcode: 1) local_rank: 0 (pid: 7)
        """
    private static let launcher = """

        Traceback (most recent call last):
          File "/usr/local/bin/torchrun", line 8, in <module>
            sys.exit(main())
        \((1...12).map { "  File \"/usr/lib/torch/run.py\", line \($0), in run" }.joined(separator: "\n"))
        torch.distributed.elastic.multiprocessing.errors.ChildFailedError: 
        ============================================================
        train.py FAILED
        ------------------------------------------------------------
        Root Cause (first observed failure):
        [0]:
          exitcode  : 1 (pid: 7)
          error_file: <N/A>
          traceback : To enable traceback see: https://pytorch.org/docs/stable/elastic/errors.html
        ============================================================
        """

    @Test("gives the last lines of its log as plain text of bounded length", arguments: logs)
    func logTail(_ subject: (log: String, tail: String)) throws {
        try directory.write(subject.log, to: "log.txt")
        #expect(LogTail.read(directory.path + "/log.txt") == subject.tail)
    }

    @Test("has no last lines without a log")
    func noLog() {
        #expect(LogTail.read(directory.path + "/log.txt") == "")
    }
}
