import Testing

@testable import Kubernetes

@Suite("A stream of lines")
struct LineSplitterTests {
    private func lines(of pieces: [[UInt8]], limit: Int = 100) throws -> (lines: [String], rest: String) {
        var splitter = LineSplitter(limit: limit)
        var lines: [String] = []
        for piece in pieces {
            splitter.append(piece)
            while let line = try splitter.next() { lines.append(String(decoding: line, as: UTF8.self)) }
        }
        return (lines, String(decoding: splitter.rest, as: UTF8.self))
    }

    @Test("is the same wherever its pieces begin and end")
    func everySplit() throws {
        let bytes = Array("first\n\r\n  \nsecond é\nthird\nrest".utf8)
        for first in 0...bytes.count {
            for second in first...bytes.count {
                let pieces = [Array(bytes[..<first]), Array(bytes[first..<second]), Array(bytes[second...])]
                let (lines, rest) = try lines(of: pieces)
                #expect(lines == ["first", "second é", "third"])
                #expect(rest == "rest")
            }
        }
    }

    @Test("is the same byte by byte")
    func bytes() throws {
        let (lines, rest) = try lines(of: "a\nbb\n\nccc\n".utf8.map { [$0] })
        #expect(lines == ["a", "bb", "ccc"])
        #expect(rest == "")
    }

    @Test(
        "refuses a line that is too long, ended or not",
        arguments: ["12345678901", "12345678901\n", "a\n12345678901"]
    )
    func tooLong(text: String) {
        #expect(throws: LineSplitter.LineTooLong.self) { try lines(of: [Array(text.utf8)], limit: 10) }
        #expect(throws: LineSplitter.LineTooLong.self) { try lines(of: text.utf8.map { [$0] }, limit: 10) }
    }

    @Test("accepts a line that is just short enough")
    func longest() throws {
        #expect(try lines(of: [Array("1234567890\n1234567890".utf8)], limit: 10).lines == ["1234567890"])
    }
}
