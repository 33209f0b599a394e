import ApusInstructions
import TestSupport
import Testing

/// Memory of exactly `count` numbers, with a band on either side that no kernel may touch.
final class GuardedFloats {
    private static let band = 80
    private static let canary = Float(bitPattern: 0x7FC0_BEEF)
    let count: Int
    private let storage: UnsafeMutablePointer<Float>

    init(_ values: [Float]) {
        count = values.count
        storage = .allocate(capacity: values.count + 2 * Self.band)
        storage.initialize(repeating: Self.canary, count: count + 2 * Self.band)
        for (index, value) in values.enumerated() {
            storage[Self.band + index] = value
        }
    }

    convenience init(count: Int, repeating value: Float = .nan) {
        self.init([Float](repeating: value, count: count))
    }

    deinit { storage.deallocate() }

    var address: UnsafeMutableRawPointer { UnsafeMutableRawPointer(storage + Self.band) }
    var values: [Float] { (0..<count).map { storage[Self.band + $0] } }
    subscript(_ index: Int) -> Float { storage[Self.band + index] }

    /// One byte of the memory.
    func byte(_ index: Int) -> UInt8 { address.load(fromByteOffset: index, as: UInt8.self) }

    var isIntact: Bool {
        (0..<Self.band).allSatisfy {
            storage[$0].bitPattern == Self.canary.bitPattern
                && storage[Self.band + count + $0].bitPattern == Self.canary.bitPattern
        }
    }
}

/// Random numbers that are the same on every run, and what is made of them.
struct SeededGenerator: RandomNumberGenerator {
    private var generator: SplitMix64

    /// Seeds that follow each other begin far apart.
    init(seed: Int) { generator = SplitMix64(seed: UInt64(truncatingIfNeeded: seed) &* 0x9E37_79B9_7F4A_7C15) }

    mutating func next() -> UInt64 { generator.next() }

    mutating func floats(_ count: Int, in range: ClosedRange<Float> = -2...2) -> [Float] {
        (0..<count).map { _ in Float.random(in: range, using: &self) }
    }

    mutating func int(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

    /// A layout of the given image with random borders and a random gap between samples.
    mutating func layout(channels: Int, height: Int, width: Int, block: Int, maximumBorder: Int = 2) -> ImageLayout {
        var layout = ImageLayout(
            channels: channels, height: height, width: width, channelBlock: block, top: int(0...maximumBorder),
            left: int(0...maximumBorder), bottom: int(0...maximumBorder), right: int(0...maximumBorder))
        layout.sampleStride += Int32(int(0...5))
        return layout
    }

    /// Numbers for an image of `layout`: the border and the gaps hold NaN, unused lanes a large finite number.
    mutating func image(_ layout: ImageLayout, samples: Int, in range: ClosedRange<Float> = -2...2) -> [Float] {
        var values = [Float](repeating: .nan, count: samples * Int(layout.sampleStride))
        for sample in 0..<samples {
            for channel in 0..<layout.blocks * Int(layout.channelBlock) {
                for y in 0..<Int(layout.height) {
                    for x in 0..<Int(layout.width) {
                        values[layout.index(sample, channel, y, x)] =
                            channel < layout.channels ? Float.random(in: range, using: &self) : 1e30
                    }
                }
            }
        }
        return values
    }
}

extension ImageLayout {
    /// The formula of the type's documentation.
    func index(_ sample: Int, _ channel: Int, _ y: Int, _ x: Int) -> Int {
        let block = Int(channelBlock)
        return sample * Int(sampleStride) + channel / block * blockStride + (y + Int(top)) * rowStride
            + (x + Int(left)) * block + channel % block
    }

    /// Every element of the image in real channels: sample, channel, row, column.
    func forEach(samples: Int, _ body: (Int, Int, Int, Int) -> Void) {
        for sample in 0..<samples {
            for channel in 0..<Int(channels) {
                for y in 0..<Int(height) {
                    for x in 0..<Int(width) {
                        body(sample, channel, y, x)
                    }
                }
            }
        }
    }

    /// Whether each element of a sample lies in the image, unused lanes included.
    var imageMask: [Bool] {
        var mask = [Bool](repeating: false, count: Int(sampleStride))
        for channel in 0..<blocks * Int(channelBlock) {
            for y in 0..<Int(height) {
                for x in 0..<Int(width) {
                    mask[index(0, channel, y, x)] = true
                }
            }
        }
        return mask
    }
}

extension InstructionSet {
    /// Runs one instruction, and checks that no operand was overrun.
    func run<Parameters>(
        _ opcode: Opcode, _ operands: [GuardedFloats?], _ parameters: Parameters, samples: Int = 1,
        extra: [UnsafeMutableRawPointer?] = [], sourceLocation: SourceLocation = #_sourceLocation
    ) {
        guard let kernel = kernel(opcode) else {
            Issue.record("\(self) has no kernel for \(opcode)", sourceLocation: sourceLocation)
            return
        }
        let addresses = operands.map { $0?.address } + extra
        addresses.withUnsafeBufferPointer { addresses in
            withUnsafeBytes(of: parameters) { bytes in
                kernel(addresses.baseAddress!, bytes.baseAddress!, samples)
            }
        }
        for (index, operand) in operands.enumerated() where operand?.isIntact == false {
            Issue.record("\(self): \(opcode) wrote beyond operand \(index)", sourceLocation: sourceLocation)
        }
    }
}

/// Describes the first element that is further from what is expected than `tolerance` · (1 + |expected|); nil where none is.
/// Elements whose expected value is nil are passed over.
func firstDifference(_ actual: [Float], _ expected: [Double?], tolerance: Double) -> String? {
    guard actual.count == expected.count else { return "\(actual.count) elements, not \(expected.count)" }
    for index in actual.indices {
        guard let wanted = expected[index] else { continue }
        let value = Double(actual[index])
        if value == wanted || value.isNaN && wanted.isNaN { continue }
        if abs(value - wanted) <= tolerance * (1 + abs(wanted)) { continue }
        return "element \(index) is \(value), not \(wanted)"
    }
    return nil
}

/// Describes the first element outside the image that isn't NaN any more.
func firstTouchedBorder(_ values: [Float], _ layout: ImageLayout) -> String? {
    let mask = layout.imageMask
    for (index, value) in values.enumerated() where !mask[index % mask.count] && !value.isNaN {
        return "element \(index), outside the image, was written"
    }
    return nil
}
