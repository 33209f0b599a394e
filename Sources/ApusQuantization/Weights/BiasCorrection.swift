import ApusGraph

/// What the rounding of weights adds to the outputs of a layer in the mean, as a number that takes it away from the bias.
///
/// Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction" (2019), section 4.2: `E[ỹ] − E[y] = ε · E[x]`
/// for the error ε of the weights. The mean of x is that of the calibration samples, for each place of the kernel that of the pixels
/// that it lies on, zeros of the padding among them.
enum BiasCorrection {
    /// One number for each output, to be added to its bias.
    ///
    /// - Parameters:
    ///   - codes: of the layer's weights.
    ///   - mean: of the samples of the layer's operand.
    static func correction(_ layer: Layer, _ codes: WeightCodes, mean: [Double]) -> [Double] {
        let columns = columnMeans(layer, mean)
        return (0..<layer.outputs).map { output in
            var sum = 0.0
            for column in 0..<layer.rowLength {
                let place = output * layer.rowLength + column
                let error = Double(codes.weight[place]) * Double(codes.scales[output]) - Double(layer.weight[place])
                let channel = layer.channel(output: output, column: column)
                sum += error * columns[channel * layer.kernel + column % layer.kernel]
            }
            return -sum
        }
    }

    /// For each channel and place of the kernel, the mean of what it is multiplied with.
    private static func columnMeans(_ layer: Layer, _ mean: [Double]) -> [Double] {
        guard let (convolution, height, width) = layer.image else { return mean }
        let geometry = convolution.geometry(height: height, width: width)
        let count = Double(geometry.outputHeight * geometry.outputWidth)
        var means: [Double] = []
        for channel in 0..<layer.inputs * layer.groups {
            for place in 0..<layer.kernel {
                let (top, left) = (
                    place / convolution.kernel[1] * convolution.dilation[0] - geometry.padTop,
                    place % convolution.kernel[1] * convolution.dilation[1] - geometry.padLeft
                )
                var sum = 0.0
                for row in 0..<geometry.outputHeight {
                    let y = row * convolution.stride[0] + top
                    guard 0..<height ~= y else { continue }
                    for column in 0..<geometry.outputWidth {
                        let x = column * convolution.stride[1] + left
                        if 0..<width ~= x { sum += mean[(channel * height + y) * width + x] }
                    }
                }
                means.append(sum / count)
            }
        }
        return means
    }
}
