import ApusGraph

extension OperatorTable {
    static let quantizedConvolutions: [OperatorEntry] = [
        OperatorEntry("QLinearConv", since: 10) { node throws(NodeFailure) in
            if let y = try node.convolutionOfNumbers() {
                return node.finish(try node.quantizedResult(y, scale: 6, zeroPoint: 7))
            }
            let x = try node.single(node.input(0), minus: node.input(2))
            let weight = try node.filters(node.input(3), node.input(5))
            let bias = try node.optionalInput(8)
            let numbers = try bias.map { bias throws(NodeFailure) in try node.cast(bias, to: .f32) }
            let sums = try node.convolution(x, weight, numbers)
            let scales = (
                try node.cast(node.input(1), to: .f32),
                try node.cast(node.alongFilters(node.input(4), weight), to: .f32)
            )
            let y = try node.apply(Multiply(), sums, node.apply(Multiply(), scales.0, scales.1))
            node.finish(try node.quantizedResult(y, scale: 6, zeroPoint: 7))
        },
        OperatorEntry("ConvInteger", since: 10) { node throws(NodeFailure) in
            if let sums = try node.integerConvolution() { return node.finish(sums) }
            let x = try node.single(node.input(0), minus: node.optionalInput(2))
            let weight = try node.filters(node.input(1), node.optionalInput(3))
            node.finish(try node.wholeConvolution(x, weight))
        },
    ]
}

extension NodeImport {
    /// The convolution of the numbers that codes stand for; nil where it is not one of images whose scales are known.
    fileprivate mutating func convolutionOfNumbers() throws(NodeFailure) -> ValueID? {
        guard let source = try knownGrid(0, scale: 1, zeroPoint: 2),
            let weight = try knownWeight(3, scale: 4, zeroPoint: 5), weight.codes.shape.count == 4,
            [1, weight.codes.shape[0]].contains(weight.scales.count)
        else { return nil }
        return try convolution(
            numbers(of: input(0), source), numbers(weight), biasNumbers(8, source, weight))
    }

    /// Numbers for the filters of a convolution, or one for all, in a shape that is broadcast with the weight but for its first
    /// dimension.
    fileprivate mutating func alongFilters(_ numbers: ValueID, _ weight: ValueID) throws(NodeFailure) -> ValueID {
        guard rank(weight) >= 2 else { throw failure("convolves with \(type(weight)), which has no filters") }
        guard let count = type(numbers).shape?.first, count > 1 else { return try reshape(numbers, []) }
        return try reshape(numbers, [.fixed(count)] + Array(repeating: 1, count: rank(weight) - 2))
    }

    /// The weight in single precision, with a zero point for each filter, or one for all, taken away.
    fileprivate mutating func filters(_ weight: ValueID, _ zeroPoint: ValueID?) throws(NodeFailure) -> ValueID {
        guard let zeroPoint else { return try single(weight, minus: nil) }
        let along = try alongFilters(zeroPoint, weight)
        return try single(weight, minus: rank(along) == 0 ? along : apply(Unsqueeze(axes: [1]), along))
    }

    /// The exact convolution of whole numbers between -255 and 255, as integers: a product of matrices.
    fileprivate mutating func wholeConvolution(_ x: ValueID, _ weight: ValueID) throws(NodeFailure) -> ValueID {
        let kernel = try kernel(of: weight, x)
        let columns = try patches(x, window(kernel.size, over: x))
        let groups = try int("group", default: 1)
        guard groups >= 1, kernel.shape[0].isMultiple(of: groups),
            type(x).dimensions[1] == .fixed(kernel.shape[1] * groups)
        else { throw failure("convolves \(type(x)) with \(type(weight)) in \(groups) groups") }
        let (batch, depth) = (type(x).dimensions[0], Dimension.fixed(kernel.shape[1] * kernel.size.reduce(1, *)))
        let places = Dimension.fixed(columns.outputs.reduce(1, *))
        let left = try reshape(weight, [1, .fixed(groups), .fixed(kernel.shape[0] / groups), depth])
        let right = try reshape(columns.value, [batch, .fixed(groups), depth, places])
        let outputs = columns.outputs.map(Dimension.fixed)
        return try reshape(wholeProduct(left, right), [batch, .fixed(kernel.shape[0])] + outputs)
    }
}
