import ApusInstructions

/// What becomes of the sums of a convolution of bytes by Winograd's algorithm: `Aᵀ m A`, 64 times what it should be; then the greatest of
/// each window, where there is pooling; and then what becomes of all sums of bytes.
struct WinogradCodeResults {
    private let quantized: QuantizedConvolutionParameters
    private let scale: Floats
    private let destination: Bytes
    private let steps: ImageSteps
    private let addend: Bytes?
    private let addendSteps: ImageSteps

    @inline(__always)
    init(_ quantized: QuantizedConvolutionParameters, scale: Floats, destination: Bytes, addend: Bytes?) {
        self.quantized = quantized
        self.scale = scale
        let steps = ImageSteps(quantized.convolution.destination, elementBytes: Int(quantized.resultBytes))
        self.steps = steps
        self.destination = destination + steps.origin
        let addendSteps = ImageSteps(quantized.convolution.addend)
        self.addendSteps = addendSteps
        self.addend = addend.map { $0 + addendSteps.origin }
    }

    /// Stores the results of an output block of the tiles of a pass.
    ///
    /// - Parameters:
    ///   - sums: of the block, of the first tile, with those of the next tile `tileStep` bytes further.
    ///   - sample: the first one of the pass.
    @inline(never)
    func store<let room: Int>(_ pass: WinogradCodePass<room>, _ sums: Bytes, tileStep: Int, block: Int, _ sample: Int) {
        let output = WinogradCodeOutput(
            quantized, scale: scale.vector(at: block &* lanes),
            destination: destination + (sample &* steps.sample &+ block &* steps.block), steps,
            addend: addend.map { $0 + (sample &* addendSteps.sample &+ block &* addendSteps.block) }, addendSteps,
            sums: sums, tileStep: tileStep)
        if quantized.convolution.poolHeight > 0 {
            WinogradCodeTile<4, 2, room>.storeMaxima(of: pass.tallNarrow, output)
            WinogradCodeTile<4, 4, room>.storeMaxima(of: pass.tallWide, output)
            WinogradCodeTile<2, 4, room>.storeMaxima(of: pass.lowWide, output)
            WinogradCodeTile<2, 2, room>.storeMaxima(of: pass.lowNarrow, output)
        } else {
            WinogradCodeTile<4, 2, room>.store(pass.tallNarrow, output)
            WinogradCodeTile<4, 4, room>.store(pass.tallWide, output)
            WinogradCodeTile<2, 4, room>.store(pass.lowWide, output)
            WinogradCodeTile<2, 2, room>.store(pass.lowNarrow, output)
        }
    }
}
