import ApusInstructions
import Testing

/// Memory for elements of any type, exactly as many bytes as an operand may touch, with a band on either side that no kernel
/// may write.
final class GuardedElements {
    private static let band = 192
    private static let canary: UInt8 = 0xA5
    private let storage: UnsafeMutableRawPointer
    private let bytes: Range<Int>

    /// `values` lie from the lower bound of `bytes` on; the operand's address is where byte 0 is.
    init<Element: BitwiseCopyable>(_ values: [Element], bytes: Range<Int>? = nil) {
        let size = values.count * MemoryLayout<Element>.stride
        self.bytes = bytes ?? 0..<size
        storage = .allocate(byteCount: self.bytes.count + 2 * Self.band, alignment: 64)
        storage.initializeMemory(as: UInt8.self, repeating: Self.canary, count: self.bytes.count + 2 * Self.band)
        values.withUnsafeBytes {
            (storage + Self.band).copyMemory(
                from: $0.baseAddress ?? UnsafeRawPointer(storage), byteCount: min(size, self.bytes.count))
        }
    }

    deinit { storage.deallocate() }

    var address: UnsafeMutableRawPointer { storage + Self.band - bytes.lowerBound }

    func values<Element: BitwiseCopyable>(_ type: Element.Type) -> [Element] {
        (0..<bytes.count / MemoryLayout<Element>.stride).map {
            storage.loadUnaligned(fromByteOffset: Self.band + $0 * MemoryLayout<Element>.stride, as: type)
        }
    }

    var isIntact: Bool {
        (0..<Self.band).allSatisfy {
            storage.load(fromByteOffset: $0, as: UInt8.self) == Self.canary
                && storage.load(fromByteOffset: Self.band + bytes.count + $0, as: UInt8.self) == Self.canary
        }
    }
}

extension InstructionSet {
    /// Runs one general instruction, and checks that no operand was overrun.
    func run<Parameters: BitwiseCopyable>(
        _ opcode: Opcode, _ operands: [GuardedElements?], _ parameters: Parameters, samples: Int = 1,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        guard let kernel = kernel(opcode) else {
            Issue.record("\(self) has no kernel for \(opcode)", sourceLocation: sourceLocation)
            return
        }
        operands.map { $0?.address }.withUnsafeBufferPointer { addresses in
            withUnsafeBytes(of: parameters) { kernel(addresses.baseAddress!, $0.baseAddress!, samples) }
        }
        for (index, operand) in operands.enumerated() where operand?.isIntact == false {
            Issue.record("\(self): \(opcode) wrote beyond operand \(index)", sourceLocation: sourceLocation)
        }
    }
}

/// The definition made of a parameter structure.
func definition<Definition: InstructionDefinition, Parameters: BitwiseCopyable>(
    _ type: Definition.Type, _ parameters: Parameters
) throws(ParameterError) -> Definition {
    try Definition(ParameterBytes(withUnsafeBytes(of: parameters) { Array($0) }), lanes: 4)
}

/// Strides of a row-major tensor.
func rowMajor(_ shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for dimension in stride(from: shape.count - 2, through: 0, by: -1) {
        strides[dimension] = strides[dimension + 1] * shape[dimension + 1]
    }
    return strides
}

/// Calls `body` with each position of `shape`, in row-major order.
func forEachPosition(_ shape: [Int], _ body: ([Int]) -> Void) {
    let count = shape.reduce(1, *)
    let strides = rowMajor(shape)
    for number in 0..<count {
        body(shape.indices.map { number / strides[$0] % shape[$0] })
    }
}

extension SeededGenerator {
    /// A shape of up to `rank` dimensions.
    mutating func shape(rank: ClosedRange<Int>, extents: ClosedRange<Int> = 1...5) -> [Int] {
        (0..<int(rank)).map { _ in int(extents) }
    }
}
