import ApusFiles
import Glibc
import Testing

/// Samples come through a pipe in pieces of any length.
@Suite struct SampleStreamTests {
    /// The samples that a stream of these pieces gives, in the groups that they come in, and the bytes that are left.
    private func groups(
        _ pieces: [[UInt8]], sampleBytes: Int, room count: Int
    ) throws -> (groups: [[UInt8]], left: [UInt8], removed: Int) {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        defer { close(ends[0]) }
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 64)
        defer { room.deallocate() }
        var stream = SampleStream(ends[0], sampleBytes: sampleBytes)
        var groups: [[UInt8]] = []
        var unsent = pieces[...]
        while true {
            if let piece = unsent.popFirst() { _ = write(ends[1], piece, piece.count) } else { close(ends[1]) }
            guard let whole = try stream.read(into: room) else { break }
            groups.append(Array(room[..<(whole * sampleBytes)]))
            stream.remove(samples: whole, from: room)
        }
        return (groups, Array(room[..<stream.filled]), stream.removed)
    }

    @Test func samplesThatComeInPieces() throws {
        let result = try groups([[1, 2, 3], [4, 5], [6, 7, 8, 9, 10, 11, 12]], sampleBytes: 4, room: 16)
        #expect(result.groups == [[], [1, 2, 3, 4], [5, 6, 7, 8, 9, 10, 11, 12]])
        #expect(result.left.isEmpty && result.removed == 3)
    }

    @Test func aSampleThatBreaksOff() throws {
        let result = try groups([[1, 2, 3, 4, 5, 6]], sampleBytes: 4, room: 8)
        #expect(result.groups == [[1, 2, 3, 4]])
        #expect(result.left == [5, 6] && result.removed == 1)
    }

    @Test func nothing() throws {
        let result = try groups([], sampleBytes: 4, room: 4)
        #expect(result.groups.isEmpty && result.left.isEmpty && result.removed == 0)
    }

    @Test func moreThanThereIsRoomFor() throws {
        let bytes = (0..<40).map { UInt8($0) }
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        _ = write(ends[1], bytes, bytes.count)
        close(ends[1])
        defer { close(ends[0]) }
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 12, alignment: 64)
        defer { room.deallocate() }
        var stream = SampleStream(ends[0], sampleBytes: 8)
        var read: [UInt8] = []
        while let whole = try stream.read(into: room) {
            read += room[..<(whole * 8)]
            stream.remove(samples: whole, from: room)
        }
        #expect(read == bytes)
    }

    @Test func aDescriptorThatCannotBeRead() {
        var stream = SampleStream(-1, sampleBytes: 4)
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 4, alignment: 64)
        defer { room.deallocate() }
        do throws(SystemError) {
            let whole = try stream.read(into: room)
            Issue.record("\(String(describing: whole)) samples")
        } catch { #expect(error.code == EBADF) }
    }
}
