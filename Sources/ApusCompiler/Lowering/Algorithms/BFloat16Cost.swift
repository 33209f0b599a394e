import ApusGraph
import ApusInstructions

/// What a convolution costs in f32 and on bf16, in cycles of a core with vectors of sixteen lanes that multiplies pairs of bf16.
///
/// It is that core whatever the target is, so that plans for all targets compute the same layers in the same numbers.
struct BFloat16Cost {
    /// By the fastest algorithm that is permitted.
    let f32: Double
    /// By its definition, which alone there is.
    let bfloat16: Double
    /// Of the source to the other kind of numbers, and of the result.
    let sourceConversion: Double
    let resultConversion: Double

    private static let lanes = 16
    /// Cycles in which a vector is converted, and in which a sum is begun and stored.
    private static let conversion = 4.0
    private static let sum = 2.0

    init(_ fused: FusedConvolution2D, _ shape: ConvolutionShape, permitted: ConvolutionAlgorithms) {
        let (convolution, geometry) = (shape.convolution, shape.geometry)
        let blocks = (convolution.filters + Self.lanes - 1) / Self.lanes
        let positions = geometry.outputHeight * geometry.outputWidth
        let reads = shape.channels / convolution.groups
        let terms = convolution.kernel[0] * convolution.kernel[1] * reads
        let sums = Double(positions * blocks) * Self.sum
        let products = Double(positions * blocks * terms) / AlgorithmCost.productsPerCycle
        let work = ConvolutionProblem(fused, shape, isBlocked: true, lanes: Self.lanes)
        let algorithms = work.algorithms(permitted: permitted).filter { $0 != .direct }
        f32 = algorithms.map { AlgorithmCost(lanes: Self.lanes).cycles(of: work, by: $0) }.reduce(
            products + sums, min)
        // Pairs of channels: the second of an odd number is zero.
        bfloat16 = products * Double((reads + 1) / 2) / Double(reads) + sums
        sourceConversion = Self.vectors(shape.channels * shape.height * shape.width) * Self.conversion
        let window = fused.pool.map { $0[0] * $0[1] } ?? 1
        resultConversion = Self.vectors(convolution.filters * positions / window) * Self.conversion
    }

    private static func vectors(_ elements: Int) -> Double { Double(elements) / Double(lanes) }
}
