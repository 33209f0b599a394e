import Glibc

/// The weight and bias of a layer as whole numbers.
///
/// Weights are −127 to 127 times the scale of their output, without a zero point: so products need no correction for the weights' side,
/// and are as large on both sides of zero. Biases are 32 bits wide, times the scale that the sums of products have.
struct WeightCodes: Sendable, Equatable {
    /// −127 to 127, in the weight's order.
    var weight: [Int]
    /// One for each output.
    var scales: [Float]
    /// Nil where the layer has none.
    var bias: [Int]?
    /// One for each output: input scale × weight scale, rounded to single precision.
    var biasScales: [Float]

    static let largestCode = 127
    /// Sums of products are within 2³⁰ for layers of up to 33,000 inputs; a bias as large leaves them within 32 bits.
    private static let largestBias = 0x1p30
    /// Steps of a bias whose output has no weights: as fine as single precision.
    private static let soleBias = 0x1p22

    /// - Parameters:
    ///   - inputScale: what a code of the layer's operand stands for.
    ///   - correction: is added to the biases.
    ///   - trained: the scales, where they are known; else the largest weight of an output is its largest code.
    init(_ layer: Layer, inputScale: Float, correction: [Double]? = nil, trained: [Float]? = nil) {
        let bias = Self.biases(layer, correction)
        weight = []
        weight.reserveCapacity(layer.weight.count)
        scales = []
        biasScales = []
        var codes: [Int] = []
        for output in 0..<layer.outputs {
            let row = layer.weight[output * layer.rowLength..<(output + 1) * layer.rowLength]
            let scale = Self.scale(
                row, trained?[output], bias: bias?[output] ?? 0, inputScale: inputScale)
            let biasScale = inputScale * scale
            scales.append(scale)
            biasScales.append(biasScale)
            weight += row.map { Self.code($0, scale) }
            if let bias { codes.append(Int((bias[output] / Double(biasScale)).rounded(.toNearestOrEven))) }
        }
        self.bias = bias == nil ? nil : codes
    }

    private static func biases(_ layer: Layer, _ correction: [Double]?) -> [Double]? {
        guard let correction else { return layer.bias.map { $0.map(Double.init) } }
        return correction.enumerated().map { $1 + Double(layer.bias?[$0] ?? 0) }
    }

    /// The scale of an output: that which is known, or by which the largest weight is the largest code, unless the bias would not fit then. That is so where an output
    /// hardly depends on its inputs, as behind a batch norm whose channel is dead, and its weights may be as coarse as they become.
    private static func scale(
        _ row: ArraySlice<Float>, _ trained: Float?, bias: Double, inputScale: Float
    ) -> Float {
        let largest = row.reduce(0) { max($0, abs($1)) }
        let magnitude = abs(bias) / Double(inputScale)
        guard largest > 0 else { return magnitude > 0 ? usable(Float(magnitude / soleBias), inputScale) : 1 }
        return usable(max(trained ?? largest / Float(largestCode), Float(magnitude / largestBias)), inputScale)
    }

    /// The scale, where its product with the input's is a number that can be divided by.
    private static func usable(_ scale: Float, _ inputScale: Float) -> Float {
        max(scale, .leastNormalMagnitude, 2 * .leastNormalMagnitude / min(inputScale, 1))
    }

    static func code(_ weight: Float, _ scale: Float) -> Int {
        let code = (Double(weight) / Double(scale)).rounded(.toNearestOrEven)
        return Int(min(max(code, -Double(largestCode)), Double(largestCode)))
    }

    /// What the codes stand for, in single precision.
    func weights(rowLength: Int) -> [Float] {
        weight.enumerated().map { Float($1) * scales[$0 / rowLength] }
    }

    var biases: [Float]? { bias.map { zip($0, biasScales).map { Float(Double($0) * Double($1)) } } }
}
