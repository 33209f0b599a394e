import ApusInstructions
import Testing

/// The memory that an instruction says it touches of an operand, with a band on either side that no kernel may touch.
final class GuardedBytes {
    private static let band = 256
    private static let canary: UInt8 = 0xA5
    private let storage: UnsafeMutableRawPointer
    private let extent: Range<Int>

    /// - Parameter fill: the byte that all of the memory holds at first.
    init(_ extent: Range<Int>, fill: UInt8 = 0xEE) {
        self.extent = extent
        storage = .allocate(byteCount: extent.count + 2 * Self.band, alignment: 64)
        storage.initializeMemory(as: UInt8.self, repeating: Self.canary, count: extent.count + 2 * Self.band)
        (storage + Self.band).initializeMemory(as: UInt8.self, repeating: fill, count: extent.count)
    }

    deinit { storage.deallocate() }

    /// The operand's address: byte 0 of the extent.
    var address: UnsafeMutableRawPointer { storage + Self.band - extent.lowerBound }
    var bytes: [UInt8] { (0..<extent.count).map { storage.load(fromByteOffset: Self.band + $0, as: UInt8.self) } }

    subscript<Element: BitwiseCopyable>(_ index: Int, as type: Element.Type) -> Element {
        get {
            precondition(extent.contains(index * MemoryLayout<Element>.stride))
            return address.loadUnaligned(fromByteOffset: index * MemoryLayout<Element>.stride, as: type)
        }
        set {
            precondition(extent.contains(index * MemoryLayout<Element>.stride))
            address.storeBytes(of: newValue, toByteOffset: index * MemoryLayout<Element>.stride, as: type)
        }
    }

    var isIntact: Bool {
        (0..<Self.band).allSatisfy {
            storage.load(fromByteOffset: $0, as: UInt8.self) == Self.canary
                && storage.load(fromByteOffset: Self.band + extent.count + $0, as: UInt8.self) == Self.canary
        }
    }
}

/// The bytes of a parameter structure and of what follows it, as in a plan.
func plainBytes<Parameters: BitwiseCopyable, Step: BitwiseCopyable>(
    _ parameters: Parameters, _ trailing: [Step]
) -> [UInt8] {
    withUnsafeBytes(of: parameters) { Array($0) } + trailing.withUnsafeBytes { Array($0) }
}

func plainBytes<Parameters: BitwiseCopyable>(_ parameters: Parameters) -> [UInt8] {
    withUnsafeBytes(of: parameters) { Array($0) }
}

extension InstructionSet {
    /// Runs one instruction, and checks that no operand was overrun.
    func run(
        _ opcode: Opcode, _ operands: [GuardedBytes?], _ parameters: [UInt8], samples: Int = 1,
        _ note: String = "", sourceLocation: SourceLocation = #_sourceLocation
    ) {
        guard let kernel = kernel(opcode) else {
            Issue.record("\(self) has no kernel for \(opcode)", sourceLocation: sourceLocation)
            return
        }
        operands.map { $0?.address }.withUnsafeBufferPointer { addresses in
            // As aligned as parameters in a plan are.
            let copy = UnsafeMutableRawPointer.allocate(byteCount: parameters.count, alignment: 16)
            defer { copy.deallocate() }
            parameters.withUnsafeBytes { copy.copyMemory(from: $0.baseAddress!, byteCount: parameters.count) }
            kernel(addresses.baseAddress!, copy, samples)
        }
        for (index, operand) in operands.enumerated() where operand?.isIntact == false {
            Issue.record("\(self): \(opcode) wrote beyond operand \(index); \(note)", sourceLocation: sourceLocation)
        }
    }
}

/// Random loops for general instructions.
struct RandomLoops {
    var extents: [Int]

    /// Up to eight loops with about `limit` iterations at most.
    init(_ random: inout SeededGenerator, limit: Int) {
        extents = [Int](repeating: 1, count: 8)
        let rank = random.int(0...8)
        var left = limit
        for loop in (8 - rank)..<8 where left > 1 {
            let maximum = random.int(0...2) == 0 ? left : min(left, 5)
            extents[loop] = random.int(0...60) == 0 ? 0 : random.int(1...maximum)
            left /= max(1, extents[loop])
        }
        if random.int(0...1) == 0 { extents.reverse() }
    }

    /// Strides by which every iteration has an element of its own: in random order, backward now and then, and with gaps.
    func apart(_ random: inout SeededGenerator) -> (strides: [Int], sampleStride: Int) {
        let order =
            random.int(0...1) == 0 ? Array((0..<8).reversed()) : Array(0..<8).shuffled(using: &random)
        var strides = [Int](repeating: 0, count: 8)
        var reach = random.int(0...4) == 0 ? random.int(1...3) : 1
        let backward = random.int(0...2) == 0
        for loop in order {
            strides[loop] = backward && random.int(0...1) == 0 ? -reach : reach
            reach *= max(1, extents[loop])
            if random.int(0...7) == 0 { reach += random.int(1...3) }
        }
        return (strides, reach)
    }

    /// As ``apart(_:)``, but some loops repeat elements.
    func shared(_ random: inout SeededGenerator) -> (strides: [Int], sampleStride: Int) {
        var (strides, sampleStride) = apart(&random)
        for loop in 0..<8 where random.int(0...3) == 0 { strides[loop] = 0 }
        if random.int(0...3) == 0 { sampleStride = 0 }
        return (strides, sampleStride)
    }

    /// Calls `body` with the index of every iteration, the last loop's running fastest.
    func forEach(_ body: ([Int]) -> Void) {
        for flat in 0..<extents.reduce(1, *) {
            var rest = flat
            var index = [Int](repeating: 0, count: 8)
            for loop in (0..<8).reversed() {
                index[loop] = rest % extents[loop]
                rest /= extents[loop]
            }
            body(index)
        }
    }
}

func offset(_ index: [Int], _ strides: [Int]) -> Int { zip(index, strides).reduce(0) { $0 + $1.0 * $1.1 } }

func eight(_ values: [Int]) -> Eight {
    let v = values.map { Int32($0) }
    return (v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7])
}
