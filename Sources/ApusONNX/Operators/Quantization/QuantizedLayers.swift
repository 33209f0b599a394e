import ApusGraph

extension OperatorTable {
    /// What ONNX Runtime's quantization writes: operators between integers that stand for numbers.
    static let quantizedLayers: [OperatorEntry] = [
        OperatorEntry("QLinearAdd", .microsoft) { node throws(NodeFailure) in
            let sum = try node.apply(Add(), node.numbers(0), node.numbers(3))
            try node.finish(sum, likeInput: 0, scale: 6, zeroPoint: 7)
        },
        OperatorEntry("QLinearMul", .microsoft) { node throws(NodeFailure) in
            let product = try node.apply(Multiply(), node.numbers(0), node.numbers(3))
            try node.finish(product, likeInput: 0, scale: 6, zeroPoint: 7)
        },
        OperatorEntry("QLinearSigmoid", .microsoft) { node throws(NodeFailure) in
            try node.finish(node.apply(Sigmoid(), node.numbers(0)), likeInput: 0, scale: 3, zeroPoint: 4)
        },
        OperatorEntry("QLinearLeakyRelu", .microsoft) { node throws(NodeFailure) in
            let slope = try node.float("alpha", default: 0.01)
            let y = try node.apply(LeakyRelu(slope: slope), node.numbers(0))
            try node.finish(y, likeInput: 0, scale: 3, zeroPoint: 4)
        },
        OperatorEntry("QLinearSoftmax", .microsoft) { node throws(NodeFailure) in
            let axisNumber = try node.int("axis", default: -1)
            let x = try node.numbers(0)
            let axis = try node.axis(axisNumber, rank: node.rank(x))
            if try node.int("opset") < 13, axis < node.rank(x) - 1 {
                throw node.failure(
                    "joins the dimensions from axis \(axis) on, as before version 13; only one is computed")
            }
            try node.finish(node.apply(Softmax(axis: axis), x), likeInput: 0, scale: 3, zeroPoint: 4)
        },
        OperatorEntry("QLinearGlobalAveragePool", .microsoft) { node throws(NodeFailure) in
            try node.require("channels_last", is: 0)
            let x = try node.numbers(0)
            guard node.rank(x) > 2 else { throw node.failure("takes the means of \(node.type(x))") }
            let means = try node.apply(ReduceMean(axes: Array(2..<node.rank(x)), keep: true), x)
            try node.finish(means, likeInput: 0, scale: 3, zeroPoint: 4)
        },
        OperatorEntry("QLinearConcat", .microsoft) { node throws(NodeFailure) in
            let axis = try node.int("axis")
            let parts = try stride(from: 2, to: node.inputCount, by: 3).map { index throws(NodeFailure) in
                try node.numbers(index)
            }
            guard !parts.isEmpty else { throw node.failure("joins nothing") }
            try node.finish(node.applyAll(Concat(axis: axis), parts)[0], likeInput: 2, scale: 0, zeroPoint: 1)
        },
        OperatorEntry("QGemm", .microsoft) { node throws(NodeFailure) in try node.takeQuantizedProduct() },
    ]
}

extension NodeImport {
    /// The numbers in single precision that the integers of an input stand for; its scale and zero point are the next inputs.
    fileprivate mutating func numbers(_ index: Int) throws(NodeFailure) -> ValueID {
        let scale = try oneNumber(index + 1)
        let zeroPoint = has(index + 2) ? try oneNumber(index + 2) : nil
        return try numbers(of: input(index), cast(scale, to: .f32), zeroPoint)
    }

    /// An input that is one number for a whole value.
    private mutating func oneNumber(_ index: Int) throws(NodeFailure) -> ValueID {
        let value = try input(index)
        guard [[], [1]].contains(type(value).shape) else {
            throw failure("input \(index) is \(type(value)), and not one number")
        }
        return try reshape(value, [])
    }

    /// Ends with the integers that are nearest to numbers, by the scale and zero point of these inputs.
    ///
    /// - Parameter likeInput: the input whose type they have.
    fileprivate mutating func finish(
        _ numbers: ValueID, likeInput index: Int, scale: Int, zeroPoint: Int
    ) throws(NodeFailure) {
        let like = try input(index)
        let elementType = type(like).elementType
        let grid = QuantizationGrid(
            scale: try cast(oneNumber(scale), to: .f32), zeroPoint: has(zeroPoint) ? try oneNumber(zeroPoint) : nil,
            axis: 0)
        finish(try quantized(numbers, grid, to: elementType))
    }

    /// A product of matrices with a row of integers added, whose scale is that of the product.
    fileprivate mutating func takeQuantizedProduct() throws(NodeFailure) {
        let alpha = try float("alpha", default: 1)
        let isTransposed = (try flag("transA"), try flag("transB"))
        if alpha == 1, !isTransposed.0, let y = try denseOfNumbers(bias: 6, isTransposed: isTransposed.1) {
            guard has(7) else { return finish(y) }
            return try finish(y, likeInput: 0, scale: 7, zeroPoint: 8)
        }
        var a = try single(input(0), minus: has(2) ? oneNumber(2) : nil)
        var b = try single(input(3), minus: nil)
        if isTransposed.0 { a = try transpose(a, [1, 0]) }
        if isTransposed.1 { b = try transpose(b, [1, 0]) }
        // A zero point for each column, or one for all.
        if has(5) { b = try apply(Subtract(), b, cast(input(5), to: .f32)) }
        var sum = try wholeProduct(a, b)
        if let addend = try optionalInput(6) { sum = try apply(Add(), sum, addend) }
        let scales = try apply(Multiply(), cast(oneNumber(1), to: .f32), cast(input(4), to: .f32))
        let factor = alpha == 1 ? scales : try apply(.constant(alpha) * .operand(0), scales)
        let y = try apply(Multiply(), cast(sum, to: .f32), factor)
        guard has(7) else { return finish(y) }
        try finish(y, likeInput: 0, scale: 7, zeroPoint: 8)
    }
}
