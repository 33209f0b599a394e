import TestSupport

/// Changes a file at random, in a way that depends on the generator alone.
struct Mutation {
    /// Bytes that a changed file has at most.
    static let sizeLimit = 1 << 20

    private var random: SplitMix64

    init(_ random: SplitMix64) { self.random = random }

    /// A changed copy of one of the files.
    mutating func bytes(of files: [[UInt8]]) -> [UInt8] {
        var bytes = files.randomElement(using: &random)!
        // Mostly few changes: the rest of the file is still right.
        repeat { change(&bytes, files) } while Int.random(in: 0..<3, using: &random) == 0
        if bytes.count > Self.sizeLimit { bytes.removeLast(bytes.count - Self.sizeLimit) }
        return bytes
    }

    private mutating func change(_ bytes: inout [UInt8], _ files: [[UInt8]]) {
        guard !bytes.isEmpty else {
            bytes = files.randomElement(using: &random)!
            return
        }
        switch Int.random(in: 0..<100, using: &random) {
        case ..<18: bytes[place(bytes)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case ..<30: bytes[place(bytes)] = UInt8.random(in: 0...255, using: &random)
        case ..<58: setWord(&bytes)
        case ..<66: setNumber(&bytes)
        case ..<74:
            let source = Array(bytes[range(bytes)])
            let start = Int.random(in: 0...(bytes.count - source.count), using: &random)
            bytes.replaceSubrange(start..<start + source.count, with: source)
        case ..<82: bytes.removeSubrange(range(bytes))
        case ..<89:
            let piece = Array(bytes[range(bytes)])
            bytes.insert(contentsOf: piece, at: place(bytes))
        case ..<90: repeatRange(&bytes)
        case ..<95:
            let other = files.randomElement(using: &random)!
            let piece = Array(other[range(other)])
            bytes.replaceSubrange(range(bytes), with: piece)
        default:
            let other = files.randomElement(using: &random)!
            bytes = Array(bytes[..<place(bytes)]) + other[(other.isEmpty ? 0 : place(other))...]
        }
    }

    private mutating func place(_ bytes: [UInt8]) -> Int { Int.random(in: bytes.indices, using: &random) }

    /// Mostly a short one.
    private mutating func range(_ bytes: [UInt8]) -> Range<Int> {
        guard !bytes.isEmpty else { return 0..<0 }
        let start = place(bytes)
        let longest = Bool.random(using: &random) ? 16 : bytes.count
        return start..<min(bytes.count, start + Int.random(in: 1...longest, using: &random))
    }

    /// Makes a list longer than anybody would.
    private mutating func repeatRange(_ bytes: inout [UInt8]) {
        let piece = Array(bytes[range(bytes)])
        let times = Int.random(in: 2...max(2, (1 << 14) / piece.count), using: &random)
        bytes.insert(contentsOf: (0..<times).flatMap { _ in piece }, at: place(bytes))
    }

    /// Puts a number of 2, 4 or 8 bytes where one may have been.
    private mutating func setWord(_ bytes: inout [UInt8]) {
        let size = [2, 4, 8].randomElement(using: &random)!
        guard bytes.count >= size else { return }
        var start = Int.random(in: 0...(bytes.count - size), using: &random)
        if Bool.random(using: &random) { start -= start % size }
        let value = extreme(size, bytes.count)
        let isBigEndian = Bool.random(using: &random)
        for byte in 0..<size {
            bytes[start + byte] = UInt8(truncatingIfNeeded: value >> UInt64(8 * (isBigEndian ? size - 1 - byte : byte)))
        }
    }

    private mutating func extreme(_ size: Int, _ fileBytes: Int) -> UInt64 {
        let bits = UInt64(8 * size)
        switch Int.random(in: 0..<6, using: &random) {
        case 0: return 0
        case 1: return .max
        case 2: return 1 << (bits - 1)
        case 3: return (1 << (bits - 1)) - 1
        case 4: return UInt64(fileBytes) &+ UInt64(bitPattern: Int64.random(in: -8...8, using: &random))
        default:
            let power: UInt64 = 1 << UInt64.random(in: 0..<bits, using: &random)
            return power &+ UInt64(bitPattern: Int64.random(in: -1...1, using: &random))
        }
    }

    private static let numbers = [
        "0", "-1", "1", "255", "256", "65535", "65536", "16777216", "2147483647", "2147483648", "4294967296",
        "9223372036854775807", "9223372036854775808", "-9223372036854775808", "1e308", "1e400", "-1e-400", "nan", "inf",
        "0.1", "00000000000000000000001", "3.4028236e38",
    ]

    /// Puts another number in the place of one that stands there in digits.
    private mutating func setNumber(_ bytes: inout [UInt8]) {
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        let start = place(bytes)
        guard let first = bytes[start...].firstIndex(where: { digits ~= $0 }) else { return setWord(&bytes) }
        let end = bytes[first...].firstIndex { !(digits ~= $0) } ?? bytes.count
        bytes.replaceSubrange(first..<end, with: Array(Self.numbers.randomElement(using: &random)!.utf8))
    }
}
