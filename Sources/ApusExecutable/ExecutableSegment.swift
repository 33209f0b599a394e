/// One program header: a range of memory, and the bytes of the file that are put there. Field numbers and layout: the Executable and
/// Linking Format, "Program Header" (System V Application Binary Interface, chapter 5), for 64 bits.
struct ExecutableSegment: Equatable {
    /// What the segment is for.
    struct Kind: Equatable {
        var number: UInt32
        static let load = Kind(number: 1)
        static let note = Kind(number: 4)
    }

    static let byteCount = 56
    static let readable: UInt32 = 4

    var kind: Kind
    /// 1 executable, 2 writable, 4 readable.
    var flags: UInt32
    var fileOffset: Int
    var address: Int
    var fileBytes: Int
    /// Bytes in memory: zeros follow those of the file.
    var memoryBytes: Int
    var alignment: Int

    /// The addresses that bytes of the file are at.
    var fileAddresses: Range<Int> { address..<address + fileBytes }

    init(kind: Kind, flags: UInt32, fileOffset: Int, address: Int, fileBytes: Int, memoryBytes: Int, alignment: Int) {
        self.kind = kind
        self.flags = flags
        self.fileOffset = fileOffset
        self.address = address
        self.fileBytes = fileBytes
        self.memoryBytes = memoryBytes
        self.alignment = alignment
    }

    /// The header at a place of a file.
    init(_ file: [UInt8], at place: Int) {
        kind = Kind(number: UInt32(file.number(at: place, bytes: 4)))
        flags = UInt32(file.number(at: place + 4, bytes: 4))
        fileOffset = file.number(at: place + 8)
        address = file.number(at: place + 16)
        fileBytes = file.number(at: place + 32)
        memoryBytes = file.number(at: place + 40)
        alignment = file.number(at: place + 48)
    }

    /// The header as a file has it.
    var bytes: [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Self.byteCount)
        bytes.put(Int(kind.number), at: 0, bytes: 4)
        bytes.put(Int(flags), at: 4, bytes: 4)
        // The physical address, which Linux doesn't look at, is the same.
        for (index, number) in [fileOffset, address, address, fileBytes, memoryBytes, alignment].enumerated() {
            bytes.put(number, at: 8 + 8 * index)
        }
        return bytes
    }
}

extension [UInt8] {
    /// A little-endian number; beyond the bytes there are zeros. Of 64 bits the lower 63 count.
    func number(at place: Int, bytes count: Int = 8) -> Int {
        var number = 0
        for index in 0..<count where place + index < self.count {
            number |= (Int(self[place + index]) & (index == 7 ? 0x7F : 0xFF)) << (8 * index)
        }
        return number
    }

    /// Overwrites bytes by a little-endian number.
    mutating func put(_ number: Int, at place: Int, bytes count: Int = 8) {
        for index in 0..<count { self[place + index] = UInt8(truncatingIfNeeded: number >> (8 * index)) }
    }
}
