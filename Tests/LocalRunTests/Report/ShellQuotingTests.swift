import Glibc
import Testing

@testable import LocalRun

@Suite("A quoted word")
struct ShellQuotingTests {
    @Test(
        "is as short as a shell allows",
        arguments: [
            ("train.py", "train.py"), ("--rate=0.1", "--rate=0.1"), ("", "''"), ("a b", "'a b'"),
            ("it's", #"'it'\''s'"#),
            ("$HOME", "'$HOME'"), ("a\nb", #"$'a\nb'"#), ("~", "'~'"), ("ü", "'ü'"),
            ("\u{1B}[0m'\\", #"$'\033[0m\'\\'"#),
        ]
    )
    func form(_ word: String, _ expected: String) {
        #expect(ShellQuoting.quote(word) == expected)
    }

    @Test("comes out of a shell as it went in")
    func roundTrip() throws {
        let words = [
            "", "plain", "a b", "it's", "''", "\\", "\\'", "$(touch x)", "`x`", "!!", "*", "#no", "-n", "a;b&&c|d>e<f",
            "\"q\"",
            "é漢😀", "{a,b}", "~root", "line\nbreak", "\ttab", "bell\u{7}7", "esc\u{1B}[1m", "back\\slash\nn", "=", "%s",
            "\u{85}",
        ]
        let command = "printf '%s\\0' " + words.map(ShellQuoting.quote).joined(separator: " ")
        #expect(try bash(command) == words.map { $0 + "\0" }.joined())
    }

    @Test("of a whole command runs in its directory with its variables alone")
    func command() throws {
        let command = ShellQuoting.command(
            in: "/tmp",
            environment: ["A=1 2", "B.C=x'y"],
            arguments: ["printenv", "PWD", "A", "B.C"]
        )
        #expect(try bash(command) == "/tmp\n1 2\nx'y\n")
        #expect(command == #"cd /tmp && env A='1 2' 'B.C=x'\''y' printenv PWD A B.C"#)
    }

    private func bash(_ command: String) throws -> String {
        var template = Array("/tmp/quoting-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        try #require(descriptor >= 0)
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { unlink(path) }
        let script = Array("exec bash <<'E-N-D'\n\(command)\nE-N-D\n".utf8)
        #expect(write(descriptor, script, script.count) == script.count)
        close(descriptor)
        let stream = try #require(popen("sh \(path)", "r"))
        defer { pclose(stream) }
        var output: [UInt8] = []
        while case let byte = fgetc(stream), byte != EOF { output.append(UInt8(truncatingIfNeeded: byte)) }
        return String(decoding: output, as: UTF8.self)
    }
}
