import ApusGraph

// Products of codes that are computed while the model runs with weights that are known before: sums of integers.

/// Codes of 8 bits without a sign, and the byte that stands for zero.
private struct UnsignedCodes {
    var value: ValueID
    var zero: Zero

    enum Zero {
        case known(Int)
        /// Computed while the model runs: one number of i32.
        case computed(ValueID)
    }
}

/// A weight of signed bytes, the filters first.
private struct SignedWeight {
    var codes: Tensor
    /// What stands for zero, for each filter or for all: a number that may be no byte.
    var zeros: [Int]
}

extension NodeImport {
    /// The integer sums of a product of matrices of codes with a weight; nil where the weight isn't known, or rows have zero points of their
    /// own.
    ///
    /// - Parameters:
    ///   - weight: the input that it is.
    ///   - zeroPoint: the input that is its zero point.
    mutating func integerProduct(
        _ codes: ValueID, _ zero: ValueID?, weight: Int, zeroPoint: Int
    ) throws(NodeFailure) -> ValueID? {
        guard var weight = try signedWeight(weight, zeroPoint: zeroPoint), weight.codes.shape.count == 2,
            let codes = try unsignedCodes(codes, zero)
        else { return nil }
        weight.codes = weight.codes.transposed
        let (units, depth) = (weight.codes.shape[0], weight.codes.shape[1])
        let dimensions = type(codes.value).dimensions
        guard dimensions.count > 1, dimensions.last == .fixed(depth), [1, units].contains(weight.zeros.count) else {
            return nil
        }
        weight.codes = Tensor(.i8, shape: [units, depth, 1, 1], data: weight.codes.data)
        let convolution = Convolution2D(filters: units, kernel: [1, 1], bias: false)
        if dimensions.count == 2 {
            var rows = codes
            rows.value = try apply(Unsqueeze(axes: [2, 3]), codes.value)
            return try integerSums(rows, weight, convolution).map { sums throws(NodeFailure) in
                try apply(Squeeze(axes: [2, 3]), sums)
            }
        }
        // The rows of a sample are the positions of an image, and their elements its channels.
        let places = try numbers(dimensions.dropFirst().dropLast(), "a dimension of the rows").reduce(1, *)
        let rows = try reshape(codes.value, [dimensions[0], .fixed(places), .fixed(depth)])
        var image = codes
        image.value = try apply(Unsqueeze(axes: [3]), transpose(rows, [0, 2, 1]))
        guard let sums = try integerSums(image, weight, convolution) else { return nil }
        let turned = try transpose(apply(Squeeze(axes: [3]), sums), [0, 2, 1])
        return try reshape(turned, dimensions.dropLast() + [.fixed(units)])
    }

    /// The integer sums of a convolution of images, input 0, with a weight, input 1, whose zero points are inputs 2 and 3; nil where the weight
    /// isn't known.
    mutating func integerConvolution() throws(NodeFailure) -> ValueID? {
        guard let weight = try signedWeight(1, zeroPoint: 3), weight.codes.shape.count == 4,
            let codes = try unsignedCodes(input(0), optionalInput(2))
        else { return nil }
        let kernel = try kernel(of: input(1), codes.value)
        let window = try window(kernel.size, over: codes.value)
        let groups = try int("group", default: 1)
        guard [1, kernel.shape[0]].contains(weight.zeros.count) else { return nil }
        let operation = try make(
            Convolution2D.self,
            [
                Attribute("filters", .integer(kernel.shape[0])), Attribute("dilation", .integers(window.dilation)),
                Attribute("groups", .integer(groups)), Attribute("bias", .boolean(false)),
            ] + window.attributes("kernel"))
        guard let convolution = operation as? Convolution2D else { return nil }
        return try integerSums(codes, weight, convolution)
    }

    /// Codes with a zero point for all of them.
    private mutating func unsignedCodes(_ codes: ValueID, _ zeroPoint: ValueID?) throws(NodeFailure) -> UnsignedCodes? {
        let elementType = type(codes).elementType
        guard isComputed(codes), elementType == .u8 || elementType == .i8 else { return nil }
        // Signed codes are 128 more without a sign.
        let shift = elementType == .i8 ? 128 : 0
        var zero = UnsignedCodes.Zero.known(shift)
        if let point = zeroPoint {
            guard [[], [1]].contains(type(point).shape) else { return nil }
            if let known = knownTensor(point) {
                zero = .known(known.integers[0] + shift)
            } else {
                zero = .computed(try shifted(cast(reshape(point, []), to: .i32), by: shift))
            }
        }
        guard shift > 0 else { return UnsignedCodes(value: codes, zero: zero) }
        let value = try cast(shifted(cast(codes, to: .i32), by: shift), to: .u8)
        return UnsignedCodes(value: value, zero: zero)
    }

    private mutating func shifted(_ integers: ValueID, by shift: Int) throws(NodeFailure) -> ValueID {
        shift == 0 ? integers : try apply(Add(), integers, constant(Tensor(.i32, shape: [], integers: [shift])))
    }

    private mutating func signedWeight(_ index: Int, zeroPoint: Int) throws(NodeFailure) -> SignedWeight? {
        guard let weight = try signedCodes(index, zeroPoint: zeroPoint), weight.zeros.shape.count <= 1 else {
            return nil
        }
        return SignedWeight(codes: weight.codes, zeros: weight.zeros.integers)
    }

    /// Sums of products with zero points taken away: a of the codes x and b of a filter's weights w. In
    ///
    ///     Σ (x − a) · (w − b) = Σ (x − a) · w − b · Σ (x − a)
    ///
    /// an a that is known is part of the convolution, and one that isn't is taken away by `a · Σ w`, in which places outside of the image
    /// count as little as in `Σ x · w`.
    private mutating func integerSums(
        _ codes: UnsignedCodes, _ weight: SignedWeight, _ convolution: Convolution2D
    ) throws(NodeFailure) -> ValueID? {
        let sums = try sums(codes, weight.codes, convolution)
        guard weight.zeros.contains(where: { $0 != 0 }) else { return sums }
        guard convolution.groups == 1 else { return nil }
        // The sum of all codes that a position reads is that with a filter of ones.
        var filter = convolution
        filter.filters = 1
        let shape = [1] + weight.codes.shape.dropFirst()
        let ones = Tensor(.i8, shape: shape, integers: [Int](repeating: 1, count: shape.reduce(1, *)))
        let count = weight.zeros.count
        let zeros = try constant(Tensor(.i32, shape: count == 1 ? [] : [count, 1, 1], integers: weight.zeros))
        return try apply(Subtract(), sums, apply(Multiply(), self.sums(codes, ones, filter), zeros))
    }

    /// Sums of products of codes, less their zero point, with signed weights.
    private mutating func sums(
        _ codes: UnsignedCodes, _ weight: Tensor, _ convolution: Convolution2D
    ) throws(NodeFailure) -> ValueID {
        let filters = try constant(weight)
        switch codes.zero {
        case .known(let zero):
            return try apply(IntegerConvolution2D(convolution, sourceZero: zero), codes.value, filters)
        case .computed(let zero):
            let sums = try apply(IntegerConvolution2D(convolution), codes.value, filters)
            let weights = try weightSums(weight, convolution, over: codes.value)
            return try apply(Subtract(), sums, apply(Multiply(), weights, zero))
        }
    }

    /// The sums of the weights that lie on the image, for each filter and position: in i32, one position for all where none lies outside.
    private mutating func weightSums(
        _ weight: Tensor, _ convolution: Convolution2D, over image: ValueID
    ) throws(NodeFailure) -> ValueID {
        let area = weight.shape.suffix(2).reduce(1, *)
        let inputs = weight.shape[1]
        let codes = weight.integers
        let (rows, columns) = try (extent(2, of: image), extent(3, of: image))
        let geometry = convolution.geometry(height: rows, width: columns)
        guard convolution.padding != .zero else {
            let sums = (0..<convolution.filters).map { filter in
                codes[filter * inputs * area..<(filter + 1) * inputs * area].reduce(0, +)
            }
            return try constant(Tensor(.i32, shape: [convolution.filters, 1, 1], integers: sums))
        }
        // Channels are all on the image or none is, so one stands for them.
        var places = [Double](repeating: 0, count: convolution.filters * area)
        for (index, code) in codes.enumerated() {
            places[index / (inputs * area) * area + index % area] += Double(code)
        }
        try requireRoom(elements: convolution.filters * geometry.outputHeight * geometry.outputWidth)
        var filter = convolution
        filter.groups = 1
        let ones = try constant(
            Tensor(shape: [1, 1, rows, columns], elements: [Double](repeating: 1, count: rows * columns)))
        let kernels = try constant(Tensor(shape: [convolution.filters, 1] + weight.shape.suffix(2), elements: places))
        return try cast(apply(filter, ones, kernels), to: .i32)
    }

    private func extent(_ axis: Int, of image: ValueID) throws(NodeFailure) -> Int {
        try numbers([dimension(axis, of: image)], "a dimension of the image")[0]
    }
}
