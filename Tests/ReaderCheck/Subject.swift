import Glibc
import Readers

/// A reader with files that it must take.
struct Subject {
    let name: String
    let files: [[UInt8]]
    /// Whether there was a result, and no error.
    let read: ([UInt8]) -> Bool
    /// The file with checksums that are right.
    let mended: ([UInt8]) -> [UInt8]

    init(_ reader: Reader) throws {
        name = reader.rawValue
        files = try ValidFiles.files(for: reader)
        read = reader.read
        mended = reader.mended
    }

    /// One that is wrong in each way that is looked for, to see that it is found.
    static var faulty: Subject {
        Subject(
            name: "faulty", files: [Array("0123456789".utf8)], mended: { $0 },
            read: { bytes in
                if bytes.count == 3 { precondition(bytes[0] != bytes[0], "a trap") }
                if bytes.count == 4 { return hold([UInt8](repeating: 1, count: 65 << 20)) }
                // Each alone is small enough.
                if bytes.count == 5 { return (0..<5).map { [UInt8](repeating: $0, count: 16 << 20) }.allSatisfy(hold) }
                if bytes.count == 6 {
                    let end = clock() + 1_500_000
                    while clock() < end {}
                }
                if bytes.count == 7 { while getpid() > 0 {} }
                return bytes.count != 10
            })
    }

    private init(
        name: String, files: [[UInt8]], mended: @escaping ([UInt8]) -> [UInt8], read: @escaping ([UInt8]) -> Bool
    ) {
        self.name = name
        self.files = files
        self.read = read
        self.mended = mended
    }

    @inline(never) @_optimize(none)
    private static func hold(_ bytes: [UInt8]) -> Bool { bytes.count > 1 && bytes[1] == bytes[0] }
}
