/// What the rounding of weights adds to the outputs of a layer in the mean, as a number that takes it away from the bias.
///
/// Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction" (2019), section 4.2: `E[ỹ] − E[y] = ε · E[x]`
/// for the error ε of the weights. The means of x are those of the calibration samples. That padding is zero is left out of account.
enum BiasCorrection {
    /// One number for each output, to be added to its bias.
    ///
    /// - Parameters:
    ///   - codes: of the layer's weights.
    ///   - means: of the channels or features of the layer's operand.
    static func correction(_ layer: Layer, _ codes: WeightCodes, means: [Double]) -> [Double] {
        (0..<layer.outputs).map { output in
            var sum = 0.0
            for column in 0..<layer.rowLength {
                let place = output * layer.rowLength + column
                let error = Double(codes.weight[place]) * Double(codes.scales[output]) - Double(layer.weight[place])
                sum += error * means[layer.channel(output: output, column: column)]
            }
            return -sum
        }
    }
}
