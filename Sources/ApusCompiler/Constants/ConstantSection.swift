import ApusGraph
import ApusInstructions
import ApusKernels
import ApusPlan

/// The constants of a plan that is being made.
///
/// Where a constant will be is known as soon as an instruction asks for it. Its bytes come last, once all sizes are known: straight
/// to their place, on all processors.
struct ConstantSection {
    /// A constant, or a part of one.
    private struct Piece: Sendable {
        /// Its bytes in the section.
        var range: Range<Int>
        var content: Content
    }

    private enum Content: Sendable {
        case bytes([UInt8])
        case floats([Float])
        case packing(Packing)
    }

    /// What the baseline kernel of an instruction, which makes the order of any target, makes of elements.
    struct Packing: Sendable {
        var opcode: Opcode
        var parameters: [UInt8]
        var elements: [Float]
        /// The number of the first element that it is made of.
        var first: Int
    }

    /// Constants begin at multiples of a cache line.
    private static let alignment = 64
    /// Bytes that are worth a thread.
    private static let sharedBytes = 1 << 20

    private var pieces: [Piece] = []
    private(set) var byteCount = 0

    /// Adds bytes. Returns their place in the section, as the other functions do.
    mutating func append(_ bytes: [UInt8]) -> Int {
        append(bytes.count, .bytes(bytes), isAligned: true)
    }

    mutating func append(_ floats: [Float]) -> Int {
        append(floats.count * MemoryLayout<Float>.size, .floats(floats), isAligned: true)
    }

    /// Adds what instructions make, one part right after the other.
    ///
    /// - Parameter parts: each with the elements that it will have. There must be a kernel for each.
    mutating func append(_ parts: [(packing: Packing, elements: Int)]) -> Int {
        let offset = byteCount.roundedUp(to: Self.alignment)
        for (number, part) in parts.enumerated() {
            _ = append(
                part.elements * MemoryLayout<Float>.size, .packing(part.packing), isAligned: number == 0)
        }
        return offset
    }

    private mutating func append(_ bytes: Int, _ content: Content, isAligned: Bool) -> Int {
        let offset = isAligned ? byteCount.roundedUp(to: Self.alignment) : byteCount
        byteCount = offset + bytes
        pieces.append(Piece(range: offset..<byteCount, content: content))
        return offset
    }

    /// The section's bytes, with zeros between the constants. O(bytes).
    func bytes() -> AlignedBytes {
        // The largest first, so that no thread begins one when the others are done.
        let pieces = pieces.sorted { $0.range.count > $1.range.count }
        var result = AlignedBytes(uninitialized: byteCount)
        guard let start = unsafe result.mutableAddress() else { return result }
        var end = 0
        for piece in self.pieces {
            unsafe (start + end).initializeMemory(as: UInt8.self, repeating: 0, count: piece.range.lowerBound - end)
            end = piece.range.upperBound
        }
        let target = unsafe Target(start: start)
        if byteCount < Self.sharedBytes {
            for piece in pieces { target.write(piece) }
        } else {
            runConcurrently(pieces.count) { target.write(pieces[$0]) }
        }
        return result
    }

    /// Memory that the threads share; each writes the bytes of its own pieces.
    @safe
    private struct Target: @unchecked Sendable {
        let start: UnsafeMutableRawPointer

        func write(_ piece: Piece) {
            let place = unsafe UnsafeMutableRawBufferPointer(
                start: start + piece.range.lowerBound, count: piece.range.count)
            switch piece.content {
            case .bytes(let bytes): unsafe place.copyBytes(from: bytes)
            case .floats(let floats):
                // Little-endian as the processor: all that this is compiled for are.
                unsafe floats.withUnsafeBytes { unsafe place.copyMemory(from: $0) }
            case .packing(let packing): unsafe packing.run(to: place)
            }
        }
    }
}

extension ConstantSection.Packing {
    fileprivate func run(to place: UnsafeMutableRawBufferPointer) {
        guard let kernel = unsafe kernel(for: opcode) else { return }
        unsafe elements.withUnsafeBytes { source in
            unsafe parameters.withUnsafeBytes { structure in
                guard let source = source.baseAddress, let structure = structure.baseAddress else { return }
                let from = unsafe UnsafeMutableRawPointer(mutating: source) + first * MemoryLayout<Float>.size
                let operands = unsafe [from, place.baseAddress]
                unsafe operands.withUnsafeBufferPointer { list in
                    guard let list = list.baseAddress else { return }
                    unsafe kernel(list, structure, 1)
                }
            }
        }
    }
}
