import ApusGraph

extension ExportTable {
    static let convolutions: [ExportEntry] = [
        .of(Convolution1D.self) { _, node throws(NodeFailure) in try node.convolve() },
        .of(Convolution2D.self) { _, node throws(NodeFailure) in try node.convolve() },
        .of(Convolution3D.self) { _, node throws(NodeFailure) in try node.convolve() },
        .of(IntegerConvolution2D.self) { operation, node throws(NodeFailure) in
            let zero = node.constant(Tensor(.u8, shape: [], integers: [operation.sourceZero]))
            try node.convolve(as: "ConvInteger", node.operands() + [zero])
        },
        .of(ConvolutionTranspose1D.self) { _, node throws(NodeFailure) in try node.convolveTransposed() },
        .of(ConvolutionTranspose2D.self) { _, node throws(NodeFailure) in try node.convolveTransposed() },
        .of(ConvolutionTranspose3D.self) { _, node throws(NodeFailure) in try node.convolveTransposed() },
    ]
}

extension NodeExport {
    fileprivate mutating func convolve(
        as name: String = "Conv", _ operands: [String]? = nil
    ) throws(NodeFailure) {
        let window = try window("kernel")
        let result = emit(
            name, operands ?? self.operands(),
            [
                "kernel_shape": .ints(window.size), "strides": .ints(window.stride),
                "dilations": .ints(window.dilation), "pads": window.pads, "group": .int(int("groups", default: 1)),
            ])
        // What is trimmed is computed, and cut off.
        guard ints("trim", count: 2, default: 0) != [0, 0] else { return finish(result) }
        let kept = try numbers(Array(resultType().dimensions.dropFirst(2)))
        finish("Slice", [result, vector([0, 0]), vector(kept), vector([2, 3])])
    }

    fileprivate mutating func convolveTransposed() throws(NodeFailure) {
        let window = try window("kernel")
        finish(
            "ConvTranspose", operands(),
            [
                "kernel_shape": .ints(window.size), "strides": .ints(window.stride),
                "dilations": .ints(window.dilation),
                "pads": window.pads, "group": .int(int("groups", default: 1)),
                "output_padding": .ints(ints("output_padding", count: window.size.count, default: 0)),
            ])
    }
}
