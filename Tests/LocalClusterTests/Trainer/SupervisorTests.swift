import Glibc
import JSON
import Subprocess
import SystemPackage
import Testing

@testable import LocalCluster

/// Real supervisors, real children.
@Suite("A supervised trial", .timeLimit(.minutes(5)))
struct SupervisorTests {
    static let endingCases: [(script: String, ending: TrialEnding)] = [
        ("true", .exited(code: 0)),
        ("exit 1", .exited(code: 1)),
        ("exit 255", .exited(code: 255)),
        ("kill -9 $$", .signalled(signal: SIGKILL, coreDumped: false)),
        ("kill -15 $$", .signalled(signal: SIGTERM, coreDumped: false)),
        ("exec no-such-program", .exited(code: 127)),
    ]

    @Test("tells how its command ended", arguments: endingCases)
    func endings(_ subject: (script: String, ending: TrialEnding)) async throws {
        let directory = try TrainerTestDirectory()
        let report = try await TrialProcess.shell(subject.script, in: directory).run(in: directory)
        #expect(report == TrialReport(ending: subject.ending, wasStopped: false))
    }

    @Test("tells a program that is missing, forbidden or no program from one that failed")
    func notStarted() async throws {
        let directory = try TrainerTestDirectory()
        try directory.write("print()", to: "plain.py")
        try directory.write("#!/no/such/interpreter\n", to: "orphan", executable: true)
        try directory.write("neither ELF nor #!", to: "nonsense", executable: true)
        let cases: [(command: String, code: Int32, says: String)] = [
            ("no-such-program", 127, "command not found: no-such-program, looked for in PATH (/usr/local/bin:"),
            ("./missing.py", 127, "command not found: ./missing.py"),
            ("./plain.py", 126, "permission denied: ./plain.py"),
            ("./orphan", 127, "./orphan: the interpreter its first line names is missing"),
            ("./nonsense", 126, "Exec format error"),
            ("", 127, "command not found"),
        ]
        for subject in cases {
            let report = try await TrialProcess.command([subject.command], in: directory).run(in: directory)
            guard case .notStarted(let reason, let code) = report.ending else {
                Issue.record("\(subject.command): \(report.ending)")
                continue
            }
            #expect(code == subject.code, "\(subject.command)")
            #expect(reason.contains(subject.says), "\(reason)")
        }
        var process = try TrialProcess.shell("true", in: directory)
        process.order.directory += "/missing"
        let report = try await process.run(in: directory)
        #expect("\(report.ending)".contains("working directory"), "\(report.ending)")
    }

    @Test("finds itself with its arguments, environment and directory, and with nothing else of the trainer's")
    func surroundings() async throws {
        let directory = try TrainerTestDirectory()
        let script = """
            pwd > pwd; printf '%s|' "$@" > arguments; env | sort > environment; ls -l /proc/self/fd > descriptors
            cat > input; grep -E 'Sig(Blk|Ign)' /proc/self/status > signals; ps -o pid=,pgid= -p $$ > group
            """
        let process = try TrialProcess.command(
            ["sh", "-c", script, "name", "a b", "", "ü\n$HOME"],
            in: directory,
            mark: "MARK=a=b"
        )
        #expect(try await process.run(in: directory).ending == .exited(code: 0))
        #expect(directory.read("pwd") == directory.path + "\n")
        #expect(directory.read("arguments") == "a b||ü\n$HOME|")
        let environment = try #require(directory.read("environment"))
        let lines = environment.split(separator: "\n").filter { !$0.hasPrefix("PWD=") && !$0.hasPrefix("_=") }
        #expect(
            lines.filter { !$0.hasPrefix("OLDPWD") && !$0.hasPrefix("SHLVL") }
                == ["MARK=a=b", "PATH=/usr/local/bin:/usr/bin:/bin"]
        )
        #expect(directory.read("input") == "")
        let signals = try #require(directory.read("signals"))
        for line in signals.split(separator: "\n") {
            // Bits 31 and 32 are the C library's own signals, which it lets nobody reset.
            let mask = UInt64(line.drop { $0 != "\t" }.dropFirst(), radix: 16)
            #expect(mask.map { $0 & ~0x1_8000_0000 } == 0, "\(line)")
        }
        let group = try #require(directory.read("group")).split(separator: " ").map { $0.filter(\.isNumber) }
        #expect(group.count == 2 && group.first == group.last)
        // 0, 1, 2 and the one that ls itself reads the directory with; 1 was redirected by the script.
        let descriptors = try #require(directory.read("descriptors"))
        #expect(descriptors.split(separator: "\n").dropFirst().count == 4, "\(descriptors)")
        #expect(descriptors.contains("0 -> /dev/null") && descriptors.contains("log.txt"), "\(descriptors)")
    }

    @Test("has one log, in which the lines of both streams keep their order")
    func logOrder() async throws {
        let directory = try TrainerTestDirectory()
        let script = "i=0; while [ $i -lt 500 ]; do echo out $i; echo err $i >&2; i=$((i+1)); done"
        _ = try await TrialProcess.shell(script, in: directory).run(in: directory)
        let expected = (0..<500).flatMap { ["out \($0)", "err \($0)"] }.joined(separator: "\n") + "\n"
        #expect(directory.read("log.txt") == expected)
    }

    @Test("may end in order after SIGTERM, and only then")
    func termination() async throws {
        let directory = try TrainerTestDirectory()
        let stop = StopRequest()
        let script = "trap 'echo saved > checkpoint; exit 3' TERM; touch ready; while :; do sleep 0.02; done"
        async let report = TrialProcess.shell(script, in: directory).run(in: directory, stop: stop)
        try await eventually("the trial is ready") { directory.read("ready") != nil }
        stop.send()
        #expect(try await report == TrialReport(ending: .exited(code: 3), wasStopped: true))
        #expect(directory.read("checkpoint") == "saved\n")
    }

    @Test("is killed after the grace period when it ignores SIGTERM")
    func killAfterGrace() async throws {
        let directory = try TrainerTestDirectory()
        let stop = StopRequest()
        let script = "trap '' TERM; touch ready; while :; do sleep 0.02; done"
        let process = try TrialProcess.shell(script, in: directory, grace: .milliseconds(200))
        async let report = process.run(in: directory, stop: stop)
        try await eventually("the trial is ready") { directory.read("ready") != nil }
        stop.send()
        let expected = TrialEnding.signalled(signal: SIGKILL, coreDumped: false)
        #expect(try await report == TrialReport(ending: expected, wasStopped: true))
    }

    @Test("leaves nothing behind: what it put into the background ends with it")
    func leftovers() async throws {
        let directory = try TrainerTestDirectory()
        try directory.write(Self.forest, to: "forest.py")
        let report = try await TrialProcess.command(["python3", "forest.py", "end"], in: directory).run(in: directory)
        #expect(report == TrialReport(ending: .exited(code: 0), wasStopped: false))
        for pid in try Self.pids(in: directory) { #expect(!isAlive(pid)) }
    }

    @Test("dies with everything it started when its trainer is killed")
    func trainerKilled() async throws {
        let directory = try TrainerTestDirectory()
        try directory.write(Self.forest, to: "forest.py")
        try directory.write(Self.parent, to: "parent.py")
        let process = try TrialProcess.command(["python3", "forest.py", "stay"], in: directory)
        try SmallFile.write(process.order.message, to: directory.path + "/order", permissions: .ownerReadWrite)
        let result = try await Subprocess.run(
            .name("python3"),
            arguments: ["parent.py", process.supervisor.executable],
            workingDirectory: FilePath(directory.path),
            input: .none,
            output: .discarded,
            error: .discarded
        ) { execution in
            try await eventually("all of the forest stands") { (try? Self.pids(in: directory).count) == 4 }
            for pid in try Self.pids(in: directory) { #expect(isAlive(pid)) }
            try execution.send(signal: .kill)
        }
        #expect(result.terminationStatus == .signaled(SIGKILL))
        let supervisor = try #require(directory.read("supervisor").flatMap { pid_t($0) })
        try await eventually("the supervisor is gone") { !isAlive(supervisor) }
        for pid in try Self.pids(in: directory) { #expect(!isAlive(pid)) }
    }

    @Test("dies by the kernel's hand when trainer and supervisor are killed at one stroke")
    func bothKilled() async throws {
        let directory = try TrainerTestDirectory()
        try directory.write(Self.parent, to: "parent.py")
        let process = try TrialProcess.shell("echo $$ > pid; exec sleep 1000", in: directory)
        try SmallFile.write(process.order.message, to: directory.path + "/order", permissions: .ownerReadWrite)
        _ = try await Subprocess.run(
            .name("python3"),
            arguments: ["parent.py", process.supervisor.executable],
            workingDirectory: FilePath(directory.path),
            input: .none,
            output: .discarded,
            error: .discarded
        ) { execution in
            try await eventually("it runs") { directory.read("pid")?.hasSuffix("\n") == true }
            // The trainer is stopped first, so that it cannot help.
            try execution.send(signal: .suspend)
            let supervisor = try #require(directory.read("supervisor").flatMap { pid_t($0) })
            #expect(kill(supervisor, SIGKILL) == 0)
            let pid = try #require(directory.read("pid").flatMap { pid_t($0.dropLast()) })
            try await eventually("the command is gone") { !isAlive(pid) }
            try execution.send(signal: .kill)
        }
    }

    @Test("dies with everything it started when its supervisor is killed")
    func supervisorKilled() async throws {
        let directory = try TrainerTestDirectory()
        try directory.write(Self.forest, to: "forest.py")
        let process = try TrialProcess.command(
            ["python3", "forest.py", "stay"],
            in: directory,
            mark: "T=\(directory.path)"
        )
        async let running = process.run(in: directory)
        try await eventually("all of the forest stands") { (try? Self.pids(in: directory).count) == 4 }
        let pids = try Self.pids(in: directory)
        let root = try #require(pids.first)
        let stat = try #require(SmallFile.read("/proc/\(root)/stat", limit: 4096))
        let supervisor = try #require(ProcessTable.parse(stat, pid: root)).parent
        #expect(kill(supervisor, SIGKILL) == 0)
        let report = try await running
        guard case .unknown(let reason) = report.ending else {
            Issue.record("\(report.ending)")
            return
        }
        #expect(reason.contains("supervisor"))
        for pid in pids { #expect(!isAlive(pid)) }
    }

    @Test("costs no descriptor once it is over")
    func descriptors() async throws {
        let directory = try TrainerTestDirectory()
        _ = try await TrialProcess.shell("true", in: directory).run(in: directory)  // What is made once is made now.
        let before = DirectoryListing.names(in: "/proc/self/fd").count
        for _ in 0..<50 {
            try await withThrowingTaskGroup { group in
                for _ in 0..<4 {
                    group.addTask { _ = try await TrialProcess.shell("true", in: directory).run(in: directory) }
                }
                try await group.waitForAll()
            }
        }
        // Other tests share this process and come and go; 200 leaks would show all the same.
        #expect(DirectoryListing.names(in: "/proc/self/fd").count < before + 100)
    }

    @Test("survives a supervisor that cannot be started")
    func noSupervisor() async throws {
        let directory = try TrainerTestDirectory()
        var process = try TrialProcess.shell("true", in: directory)
        process.supervisor.executable = directory.path + "/missing"
        let report = try await process.run(in: directory)
        #expect("\(report.ending)".contains("could not be started"), "\(report.ending)")
    }

    /// A process that makes a child, a grandchild in a session of its own that ignores SIGTERM, and one below that with a
    /// cleared environment in the same session; each writes its id to `pid.<n>`.
    private static let forest = """
        import os, signal, sys, time
        def note(name):
            with open("tmp." + name, "w") as f: f.write(str(os.getpid()))
            os.rename("tmp." + name, "pid." + name)
        def wait(n):
            while not os.path.exists("pid." + str(n)): time.sleep(0.005)
        note("1")
        if os.fork() == 0:
            note("2")
            if os.fork() == 0:
                os.setsid()
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                if os.fork() == 0:
                    note("4")
                    while True: time.sleep(100)
                note("3")
                while True: time.sleep(100)
            while True: time.sleep(100)
        for n in (2, 3, 4): wait(n)
        while sys.argv[1] == "stay": time.sleep(100)
        """

    /// Starts a supervisor as the trainer does, and sleeps.
    private static let parent = """
        import subprocess, sys, time
        log = open("log.txt", "a")
        child = subprocess.Popen([sys.argv[1], "supervise-trial", "test"], stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE, stderr=log, start_new_session=True)
        with open("supervisor", "w") as f: f.write(str(child.pid))
        child.stdin.write(open("order", "rb").read())
        child.stdin.flush()
        while True: time.sleep(100)
        """

    /// The ids that are written already, in order.
    private static func pids(in directory: TrainerTestDirectory) throws -> [pid_t] {
        (1...4).compactMap { directory.read("pid.\($0)").flatMap { pid_t($0) } }
    }
}
