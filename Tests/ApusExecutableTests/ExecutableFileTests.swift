import Testing

@testable import ApusExecutable

/// A program of three segments: headers and note, code of 16 pages, and data that zeros follow.
private struct SampleProgram {
    static let page = 4096
    static let base = 0x20_0000
    static let code = base + 2 * page + 0x123
    static let codeBytes = 16 * page
    static let data = base + 30 * page + 0x456

    var segments = [
        ExecutableSegment(
            kind: .load, flags: 4, fileOffset: 0, address: base, fileBytes: 3000, memoryBytes: 3000, alignment: page),
        ExecutableSegment(
            kind: .load, flags: 5, fileOffset: 2 * page + 0x123, address: code, fileBytes: codeBytes,
            memoryBytes: codeBytes, alignment: page),
        ExecutableSegment(
            kind: .load, flags: 6, fileOffset: 19 * page + 0x456, address: data, fileBytes: 500, memoryBytes: 9000,
            alignment: page),
        ExecutableSegment(
            kind: .note, flags: 4, fileOffset: 400, address: base + 400, fileBytes: 2600, memoryBytes: 2600,
            alignment: 4),
    ]

    /// The file; each byte of code and data is told by its place.
    var bytes: [UInt8] {
        var bytes = (0..<20 * Self.page).map { UInt8(truncatingIfNeeded: $0 ^ ($0 >> 8)) }
        bytes.replaceSubrange(0..<3000, with: [UInt8](repeating: 0, count: 3000))
        bytes.replaceSubrange(0..<6, with: [0x7F, 0x45, 0x4C, 0x46, 2, 1])
        bytes.put(2, at: 16, bytes: 2)
        bytes.put(64, at: 32)
        bytes.put(12345, at: 40)
        bytes.put(56, at: 54, bytes: 2)
        bytes.put(segments.count, at: 56, bytes: 2)
        for (index, segment) in segments.enumerated() {
            bytes.replaceSubrange(64 + 56 * index..<120 + 56 * index, with: segment.bytes)
        }
        // Another note comes first.
        bytes.put(4, at: 400, bytes: 4)
        bytes.put(8, at: 404, bytes: 4)
        bytes.put(5, at: 424, bytes: 4)
        bytes.put(2540, at: 428, bytes: 4)
        bytes.put(0x5355_5041, at: 432, bytes: 4)
        bytes.replaceSubrange(436..<441, with: Array("Apus\0".utf8))
        return bytes
    }
}

/// What the system makes of a program's file: its memory.
private struct LoadedProgram {
    var memory: [Int: UInt8] = [:]
    var segments: [ExecutableSegment]

    init(_ file: [UInt8]) {
        let table = file.number(at: 32)
        segments = (0..<file.number(at: 56, bytes: 2)).map { ExecutableSegment(file, at: table + 56 * $0) }
        for segment in segments where segment.kind == .load {
            #expect(segment.fileOffset % 4096 == segment.address % 4096)
            for index in 0..<segment.fileBytes { memory[segment.address + index] = file[segment.fileOffset + index] }
        }
    }
}

@Suite("A program that carries a plan")
struct ExecutableFileTests {
    private let sample = SampleProgram()
    private let plan = (0..<5000).map { UInt8(truncatingIfNeeded: 7 * $0) }

    @Test("has all it had where it was, and the plan at the start of a page behind that, as its note says")
    func carries() throws {
        let file = try ExecutableFile(sample.bytes, name: "sample").carrying(plan, without: [])
        let loaded = LoadedProgram(file)
        for segment in sample.segments[1...2] {
            for index in 0..<segment.fileBytes {
                #expect(loaded.memory[segment.address + index] == sample.bytes[segment.fileOffset + index])
            }
        }
        let address = file.number(at: 448)
        #expect(file.number(at: 456) == plan.count)
        #expect(address % 4096 == 0 && address >= SampleProgram.data + 9000)
        #expect(plan.indices.allSatisfy { loaded.memory[address + $0] == plan[$0] })
        #expect(loaded.segments.filter { $0.kind == .load }.map(\.flags) == [4, 5, 6, 4])
        #expect(loaded.segments[2].memoryBytes == 9000)
    }

    @Test("has its headers in the first page, for systems that look for them there alone, and no sections")
    func headers() throws {
        let file = try ExecutableFile(sample.bytes, name: "sample").carrying(plan, without: [])
        #expect(file.number(at: 32) == 464)
        #expect(file.number(at: 40) == 0 && file.number(at: 60, bytes: 2) == 0)
        #expect(LoadedProgram(file).segments.count == 5)
    }

    @Test("has not the whole pages of code that it doesn't need, and every other byte")
    func leavesOut() throws {
        let unneeded = [
            SampleProgram.code + 100..<SampleProgram.code + 100 + 5 * 4096,
            SampleProgram.code + 8 * 4096..<SampleProgram.code + 8 * 4096 + 300,
            SampleProgram.code + 10 * 4096..<SampleProgram.code + 16 * 4096,
        ]
        let whole = try ExecutableFile(sample.bytes, name: "sample").carrying(plan, without: [])
        let file = try ExecutableFile(sample.bytes, name: "sample").carrying(plan, without: unneeded)
        #expect(whole.count - file.count >= 8 * 4096)
        let loaded = LoadedProgram(file)
        for index in 0..<SampleProgram.codeBytes {
            let address = SampleProgram.code + index
            let byte = sample.bytes[sample.segments[1].fileOffset + index]
            if !unneeded.contains(where: { $0.contains(address) }) { #expect(loaded.memory[address] == byte) }
        }
        #expect((0..<500).allSatisfy { loaded.memory[SampleProgram.data + $0] != nil })
    }

    @Test("leaves out the largest gaps where there is no room for so many headers")
    func fewHeaders() throws {
        var bytes = sample.bytes
        // Room for six headers: three segments, the note, the plan, and one gap's second half.
        bytes.put(20 + 56 * 6, at: 428, bytes: 4)
        let unneeded = [
            SampleProgram.code..<SampleProgram.code + 2 * 4096,
            SampleProgram.code + 4 * 4096..<SampleProgram.code + 9 * 4096,
        ]
        let file = try ExecutableFile(bytes, name: "sample").carrying(plan, without: unneeded)
        let loaded = LoadedProgram(file)
        #expect(loaded.segments.count == 6)
        #expect(loaded.memory[SampleProgram.code + 6 * 4096] == nil)
        #expect(loaded.memory[SampleProgram.code + 4096] != nil)
    }

    @Test(
        "is made of a program with a note alone",
        arguments: [
            (0, "sample: is not a program that a plan can be put into; build it again"),
            (436, "sample: has no room for a plan; build it again"),
        ])
    func refuses(byte: Int, message: String) {
        var bytes = sample.bytes
        bytes[byte] ^= 1
        #expect(throws: ExecutableError(message)) { try ExecutableFile(bytes, name: "sample") }
    }

    @Test("isn't made of a program that was cut short")
    func cutShort() {
        let bytes = Array(sample.bytes.prefix(19 * 4096))
        #expect(throws: ExecutableError("sample: is cut short; build it again")) {
            try ExecutableFile(bytes, name: "sample")
        }
    }
}
