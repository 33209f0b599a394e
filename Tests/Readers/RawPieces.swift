import ApusFiles
import Glibc

/// Sends bytes through a pipe in pieces, and reads them as `apus-infer --raw` does. All must come out, in their order.
///
/// The first bytes say how: that of a sample, the samples that there is room for, and how long pieces are.
enum RawPieces {
    /// What a pipe takes at once without anybody reading.
    private static let largest = 1 << 14
    private static let headBytes = 3

    static func read(_ bytes: [UInt8]) throws {
        guard bytes.count >= headBytes else { throw Problem(text: "there is no head") }
        let sampleBytes = 4 * (1 + Int(bytes[0]) % 64)
        let room = UnsafeMutableRawBufferPointer.allocate(
            byteCount: sampleBytes * (1 + Int(bytes[1]) % 8), alignment: 64)
        defer { room.deallocate() }
        let content = bytes[headBytes...].prefix(largest)
        var pieceBytes = Int(bytes[2]) + 1

        var ends: [Int32] = [0, 0]
        precondition(pipe(&ends) == 0, "no pipe")
        defer { close(ends[0]) }
        var stream = SampleStream(ends[0], sampleBytes: sampleBytes)
        var sent = content.startIndex
        var isOpen = true
        defer { if isOpen { close(ends[1]) } }
        // What the pipe holds and nobody has read.
        var waiting = 0
        var answered: [UInt8] = []
        while true {
            if sent < content.endIndex {
                let piece = content[sent..<min(sent + pieceBytes, content.endIndex)]
                precondition(piece.withUnsafeBytes { write(ends[1], $0.baseAddress, $0.count) } == piece.count)
                sent = piece.endIndex
                waiting += piece.count
                pieceBytes = pieceBytes % 509 * 7 + 1
            } else if isOpen {
                close(ends[1])
                isOpen = false
            }
            let before = stream.filled
            guard let whole = try stream.read(into: room) else { break }
            waiting -= stream.filled - before
            precondition(stream.filled <= room.count && whole * sampleBytes <= stream.filled, "the room is overrun")
            answered += room[..<(whole * sampleBytes)]
            stream.remove(samples: whole, from: room)
            precondition(stream.filled < sampleBytes, "a whole sample is left behind")
        }
        precondition(waiting == 0 && stream.removed * sampleBytes == answered.count, "samples are lost")
        precondition(answered[...] + room[..<stream.filled] == content, "samples are changed")
        if stream.filled > 0 { throw Problem(text: "the stream ends within sample \(stream.removed)") }
    }

    private struct Problem: Error {
        var text: String
    }
}
