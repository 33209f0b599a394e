import ApusInstructions

/// Random numbers that a seed decides: Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators" (2014).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }
    mutating func chance(_ percent: Int) -> Bool { number(1...100) <= percent }
    /// Small whole numbers: their sums of products are exact in 32 bits, so results can be compared for equality, and
    /// the greatest of a window is often there more than once.
    mutating func wholeNumbers(_ count: Int) -> [Float] { (0..<count).map { _ in Float(number(-3...3)) } }
}

/// Memory with room before and after it that nobody may write.
final class GuardedMemory<Element: Equatable> {
    private static var guardElements: Int { 128 }
    private let block: UnsafeMutableBufferPointer<Element>
    private let canary: Element
    let count: Int

    init(_ count: Int, filledWith value: Element, canary: Element) {
        self.count = count
        self.canary = canary
        let bytes = (count + 2 * Self.guardElements) * MemoryLayout<Element>.stride
        let raw = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes, alignment: 64)
        block = raw.bindMemory(to: Element.self)
        block.initialize(repeating: canary)
        for index in 0..<count { self[index] = value }
    }

    convenience init(_ values: [Element], canary: Element) {
        self.init(values.count, filledWith: canary, canary: canary)
        for (index, value) in values.enumerated() { self[index] = value }
    }

    deinit { block.deallocate() }

    var address: UnsafeMutableRawPointer { UnsafeMutableRawPointer(block.baseAddress! + Self.guardElements) }
    var isIntact: Bool {
        block.prefix(Self.guardElements).allSatisfy { $0 == canary }
            && block.suffix(Self.guardElements).allSatisfy { $0 == canary }
    }
    subscript(index: Int) -> Element {
        get { block[Self.guardElements + index] }
        set { block[Self.guardElements + index] = newValue }
    }
}

typealias Numbers = GuardedMemory<Float>
extension GuardedMemory where Element == Float {
    /// What stands in unused lanes, and what no kernel may let into a result.
    static var garbage: Float { 1e30 }
    static func filled(_ count: Int, with value: Float = garbage) -> Numbers {
        Numbers(count, filledWith: value, canary: -7e29)
    }
    static func holding(_ values: [Float]) -> Numbers { Numbers(values, canary: -7e29) }
}

extension ImageLayout {
    /// Where a value is in memory, with `y` and `x` from −top and −left on.
    func index(_ sample: Int, _ channel: Int, _ y: Int, _ x: Int) -> Int {
        let block = Int(channelBlock)
        return sample * Int(sampleStride) + channel / block * blockStride + (y + Int(top)) * rowStride
            + (x + Int(left)) * block + channel % block
    }

    /// Memory with the logical values, a border of zeros, and garbage everywhere else.
    func memory(_ values: [Float], samples: Int) -> Numbers {
        let memory = Numbers.filled(samples * Int(sampleStride))
        for sample in 0..<samples {
            for channel in 0..<Int(channels) {
                for y in -Int(top)..<Int(height + bottom) {
                    for x in -Int(left)..<Int(width + right) {
                        let inside = (0..<Int(height)).contains(y) && (0..<Int(width)).contains(x)
                        let logical = ((sample * Int(channels) + channel) * Int(height) + y) * Int(width) + x
                        memory[index(sample, channel, y, x)] = inside ? values[logical] : 0
                    }
                }
            }
        }
        return memory
    }
}

extension InstructionSet {
    /// Runs the kernel of `opcode`.
    func run<Parameters>(
        _ opcode: Opcode, _ operands: [UnsafeMutableRawPointer?], _ parameters: Parameters, samples: Int = 1
    ) {
        guard let kernel = kernel(opcode) else { fatalError("\(self) has no kernel for \(opcode)") }
        withUnsafeBytes(of: parameters) { bytes in
            operands.withUnsafeBufferPointer { kernel($0.baseAddress!, bytes.baseAddress!, samples) }
        }
    }
}
