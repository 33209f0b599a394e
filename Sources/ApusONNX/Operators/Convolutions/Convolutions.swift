import ApusGraph

extension OperatorTable {
    static let convolutions: [OperatorEntry] = [
        OperatorEntry("Conv") { node throws(NodeFailure) in
            node.finish(
                try node.convolution(try node.input(0), try node.input(1), try node.optionalInput(2)))
        },
        OperatorEntry("ConvTranspose") { node throws(NodeFailure) in try node.takeTransposedConvolution() },
        OperatorEntry("Col2Im", since: 18) { node throws(NodeFailure) in try node.takeColumnsToImage() },
        OperatorEntry("DeformConv", since: 19) { node throws(NodeFailure) in try node.takeDeformableConvolution() },
    ]
}

extension NodeImport {
    /// A convolution along one to three dimensions.
    mutating func convolution(_ x: ValueID, _ weight: ValueID, _ bias: ValueID?) throws(NodeFailure) -> ValueID {
        let elementType = type(x).elementType
        let kernel = try kernel(of: weight, x)
        let window = try window(kernel.size, over: x)
        let groups = try int("group", default: 1)
        if isComputed(weight) {
            let columns = try patches(try single(x), window)
            let result = try convolution(columns, weight, bias, groups: groups)
            return try cast(result, to: elementType)
        }
        let operations: [any Operator.Type] = [Convolution1D.self, Convolution2D.self, Convolution3D.self]
        let operation = try make(
            operations[kernel.size.count - 1],
            [
                Attribute("filters", .integer(kernel.shape[0])), Attribute("dilation", .integers(window.dilation)),
                Attribute("groups", .integer(groups)), Attribute("bias", .boolean(bias != nil)),
            ] + window.attributes("kernel"))
        var operands = [try single(x), try single(weight)]
        if let bias { operands.append(try single(bias)) }
        return try cast(try applyAll(operation, operands)[0], to: elementType)
    }

    /// The shape of a convolution's weight, and the size of its kernel.
    mutating func kernel(of weight: ValueID, _ x: ValueID) throws(NodeFailure) -> (shape: [Int], size: [Int]) {
        guard let shape = type(weight).shape, (3...5).contains(shape.count), rank(x) == shape.count else {
            throw failure(
                "convolves \(type(x)) with \(type(weight)); one to three dimensions behind the channels are computed")
        }
        let size = Array(shape.dropFirst(2))
        let written = try ints("kernel_shape", default: size)
        guard written == size else { throw failure("'kernel_shape' is \(written), and the weight has \(size)") }
        return (shape, size)
    }
}
