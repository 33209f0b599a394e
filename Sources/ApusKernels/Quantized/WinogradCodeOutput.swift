import ApusInstructions

/// How sums become results, and where those lie: what is the same for all tiles of an output block. Steps are bytes.
struct WinogradCodeOutput {
    /// Of the destination.
    let height: Int
    let width: Int
    let elementBytes: Int
    let steps: ImageSteps
    let addendSteps: ImageSteps
    /// Of the first sample of the pass.
    private let destination: Bytes
    private let addend: Bytes?
    /// Of the pass's first tile, with the next tile so much further.
    let sums: Bytes
    let tileStep: Int
    private let scale: Vector
    private let lowest: Vector
    private let highest: Vector
    /// Whether numbers that become bytes must be kept below the upper limit before.
    private let isLimited: Bool
    private let rounding: ByteRounding
    private let addendZero: IntegerVector
    private let addendScale: Vector

    @inline(__always)
    init(
        _ quantized: QuantizedConvolutionParameters, scale: Vector, destination: Bytes, _ steps: ImageSteps,
        addend: Bytes?, _ addendSteps: ImageSteps, sums: Bytes, tileStep: Int
    ) {
        let convolution = quantized.convolution
        (height, width) = (Int(convolution.destination.height), Int(convolution.destination.width))
        elementBytes = Int(quantized.resultBytes)
        (self.destination, self.steps) = (destination, steps)
        (self.addend, self.addendSteps) = (addend, addendSteps)
        (self.sums, self.tileStep) = (sums, tileStep)
        self.scale = scale * Vector(repeating: 0x1p-6)
        lowest = Vector(repeating: convolution.floor)
        highest = Vector(repeating: convolution.ceiling)
        isLimited = quantized.isLimited || WordTileMemory.Output.isLarge(scale)
        rounding = ByteRounding(floor: convolution.floor, zeroPoint: quantized.zeroPoint)
        addendZero = IntegerVector(repeating: quantized.addendZeroPoint)
        addendScale = Vector(repeating: quantized.addendScale)
    }

    /// Where the result of a place is stored.
    @inline(__always)
    func result(_ sample: Int, _ row: Int, _ column: Int) -> Bytes {
        destination + (sample &* steps.sample &+ row &* steps.row &+ column &* lanes &* elementBytes)
    }

    /// Where what is added to it lies.
    @inline(__always)
    func addend(_ sample: Int, _ row: Int, _ column: Int) -> Bytes? {
        guard let addend else { return nil }
        return addend + (sample &* addendSteps.sample &+ row &* addendSteps.row &+ column &* lanes)
    }

    /// The number that a sum, 64 times what it should be, stands for, in units of the result.
    @inline(__always)
    func value(_ sum: IntegerVector) -> Vector { numbers(sum) * scale }

    /// The numbers that the addend's bytes stand for, in units of the result.
    @inline(__always)
    func added(_ address: Bytes) -> Vector { numbers(loadedBytes(at: address) &- addendZero) * addendScale }

    /// The bytes of results.
    @inline(__always)
    func bytes(_ values: FourVectors) -> FourVectorsOfBytes {
        guard isLimited else { return rounding.bytes(values.0, values.1, values.2, values.3) }
        return rounding.bytes(
            lesser(highest, values.0), lesser(highest, values.1), lesser(highest, values.2), lesser(highest, values.3))
    }

    @inline(__always)
    func storeFloats(_ values: Vector, at address: Bytes) {
        address.storeBytes(of: greater(lowest, lesser(highest, values)), as: Vector.self)
    }
}
