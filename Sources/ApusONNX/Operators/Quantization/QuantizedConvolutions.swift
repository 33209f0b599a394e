import ApusGraph

extension OperatorTable {
    static let quantizedConvolutions: [OperatorEntry] = [
        OperatorEntry("QLinearConv", since: 10) { node throws(NodeFailure) in
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
            let x = try node.single(node.input(0), minus: node.optionalInput(2))
            let weight = try node.filters(node.input(1), node.optionalInput(3))
            node.finish(try node.wholeConvolution(x, weight))
        },
    ]
}

extension NodeImport {
    /// Numbers for the filters of a convolution, or one for all, in a shape that is broadcast with the weight but for its first
    /// dimension.
    fileprivate mutating func alongFilters(_ numbers: ValueID, _ weight: ValueID) throws(NodeFailure) -> ValueID {
        guard let count = type(numbers).shape?.first, count > 1 else { return try reshape(numbers, []) }
        return try reshape(numbers, [.fixed(count)] + Array(repeating: 1, count: rank(weight) - 2))
    }

    /// The weight in single precision, with a zero point for each filter, or one for all, taken away.
    fileprivate mutating func filters(_ weight: ValueID, _ zeroPoint: ValueID?) throws(NodeFailure) -> ValueID {
        guard let zeroPoint else { return try single(weight, minus: nil) }
        let along = try alongFilters(zeroPoint, weight)
        return try single(weight, minus: rank(along) == 0 ? along : apply(Unsqueeze(axes: [1]), along))
    }

    /// Products of matrices that one convolution becomes at most.
    private static let productLimit = 1 << 10

    /// The exact convolution of whole numbers between -255 and 255, as integers: a product of matrices for each place of the kernel.
    fileprivate mutating func wholeConvolution(_ x: ValueID, _ weight: ValueID) throws(NodeFailure) -> ValueID {
        let kernel = try kernel(of: weight, x)
        let window = try window(kernel.size, over: x)
        let groups = try int("group", default: 1)
        let channels = type(x).dimensions[1]
        guard groups >= 1, groups * kernel.size.reduce(1, *) <= Self.productLimit,
            kernel.shape[0].isMultiple(of: groups), channels == .fixed(kernel.shape[1] * groups)
        else { throw failure("convolves \(type(x)) with \(type(weight)) in \(groups) groups") }
        let padded = try apply(Pad(before: [0, 0] + window.before, after: [0, 0] + window.after), x)
        let inputs = try numbers(type(x).dimensions.dropFirst(2), "a dimension of the input")
        let outputs = kernel.size.indices.map { window.output($0, input: inputs[$0]) }
        guard outputs.allSatisfy({ $0 >= 1 }) else { throw failure("its window does not fit \(type(x))") }
        var parts: [ValueID] = []
        for group in 0..<groups {
            let (filters, width) = (kernel.shape[0] / groups, kernel.shape[1])
            let own = groups == 1 ? weight : try slice(weight, axis: 0, group * filters, (group + 1) * filters)
            let image = groups == 1 ? padded : try slice(padded, axis: 1, group * width, (group + 1) * width)
            parts.append(try sumOfPlaces(image, own, window, outputs))
        }
        let sums = parts.count == 1 ? parts[0] : try applyAll(Concat(axis: 1), parts)[0]
        return try reshape(sums, [type(x).dimensions[0], .fixed(kernel.shape[0])] + outputs.map(Dimension.fixed))
    }

    /// `[N, filters, positions]`: the sum over the kernel's places of the products of their weights and what they see.
    private mutating func sumOfPlaces(
        _ image: ValueID, _ weight: ValueID, _ window: ImportedWindow, _ outputs: [Int]
    ) throws(NodeFailure) -> ValueID {
        let axes = Array(2..<rank(image))
        var sum: ValueID?
        for number in 0..<window.size.reduce(1, *) {
            var (place, rest) = ([Int](repeating: 0, count: axes.count), number)
            for axis in axes.indices.reversed() {
                place[axis] = rest % window.size[axis]
                rest /= window.size[axis]
            }
            let starts = axes.indices.map { place[$0] * window.dilation[$0] }
            let ends = axes.indices.map { starts[$0] + (outputs[$0] - 1) * window.stride[$0] + 1 }
            let seen = try apply(
                Slice(
                    starts: starts.map(Dimension.fixed), ends: ends.map(Dimension.fixed), axes: axes,
                    steps: window.stride), image)
            let columns = try reshape(seen, Array(type(image).dimensions.prefix(2)) + [.fixed(outputs.reduce(1, *))])
            let own = try apply(
                Slice(starts: place.map(Dimension.fixed), ends: place.map { .fixed($0 + 1) }, axes: axes), weight)
            let product = try wholeProduct(reshape(own, Array(type(weight).dimensions.prefix(2))), columns)
            sum = try sum.map { sum throws(NodeFailure) in try apply(Add(), sum, product) } ?? product
        }
        guard let sum else { throw failure("has an empty kernel") }
        return sum
    }
}
