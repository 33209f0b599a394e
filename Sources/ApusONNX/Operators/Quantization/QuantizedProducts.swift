import ApusGraph

extension OperatorTable {
    static let quantizedProducts: [OperatorEntry] = [
        OperatorEntry("MatMulInteger", since: 10) { node throws(NodeFailure) in
            let codes = (try node.input(0), try node.optionalInput(2))
            node.finish(try node.productOfIntegers(codes.0, codes.1, weight: 1, zeroPoint: 3))
        },
        // The two that ONNX Runtime makes of what stands around such a product.
        OperatorEntry("MatMulIntegerToFloat", .microsoft) { node throws(NodeFailure) in
            let codes = (try node.input(0), try node.optionalInput(4))
            let sums = try node.productOfIntegers(codes.0, codes.1, weight: 1, zeroPoint: 5)
            let scale = try node.inRows(node.cast(node.input(2), to: .f32), of: sums)
            try node.finish(sums, scale, weightScale: 3, bias: 6)
        },
        OperatorEntry("DynamicQuantizeMatMul", .microsoft) { node throws(NodeFailure) in
            let x = try node.dynamicallyQuantized(node.input(0))
            let sums = try node.productOfIntegers(x.codes, x.zeroPoint, weight: 1, zeroPoint: 3)
            try node.finish(sums, x.scale, weightScale: 2, bias: 4)
        },
        OperatorEntry("QLinearMatMul", since: 10) { node throws(NodeFailure) in
            if let y = try node.denseOfNumbers(bias: nil, isTransposed: false) {
                return node.finish(try node.quantizedResult(y, scale: 6, zeroPoint: 7))
            }
            let a = try node.rows(node.input(0), node.input(2))
            let b = try node.single(node.input(3), minus: node.input(5))
            let scales = (
                try node.cast(node.inRows(node.input(1), of: a), to: .f32), try node.cast(node.input(4), to: .f32)
            )
            let sum = try node.cast(node.wholeProduct(a, b), to: .f32)
            let x = try node.apply(Multiply(), sum, node.apply(Multiply(), scales.0, scales.1))
            node.finish(try node.quantizedResult(x, scale: 6, zeroPoint: 7))
        },
    ]
}

extension NodeImport {
    /// The exact product of matrices of codes with a weight, as integers.
    ///
    /// - Parameters:
    ///   - zero: of the codes: a number, or one for each row.
    ///   - weight: the input that it is.
    ///   - zeroPoint: the input that is the weight's.
    fileprivate mutating func productOfIntegers(
        _ codes: ValueID, _ zero: ValueID?, weight: Int, zeroPoint: Int
    ) throws(NodeFailure) -> ValueID {
        if let sums = try integerProduct(codes, zero, weight: weight, zeroPoint: zeroPoint) { return sums }
        return try wholeProduct(rows(codes, zero), single(input(weight), minus: optionalInput(zeroPoint)))
    }

    /// Ends with the numbers that sums of products stand for, and a row added where there is one.
    fileprivate mutating func finish(
        _ sums: ValueID, _ scale: ValueID, weightScale: Int, bias: Int
    ) throws(NodeFailure) {
        let step = try apply(Multiply(), scale, cast(input(weightScale), to: .f32))
        let y = try apply(Multiply(), cast(sums, to: .f32), step)
        guard let addend = try optionalInput(bias) else { return finish(y) }
        finish(try apply(Add(), y, addend))
    }

    /// Numbers for the rows of matrices, or one for all.
    fileprivate mutating func inRows(_ numbers: ValueID, of matrices: ValueID) throws(NodeFailure) -> ValueID {
        guard rank(numbers) == 1, rank(matrices) > 1, type(numbers).shape != [1] else { return numbers }
        return try apply(Unsqueeze(axes: [1]), numbers)
    }

    /// Matrices in single precision, with a zero point for each row, or one for all, taken away.
    fileprivate mutating func rows(_ matrices: ValueID, _ zeroPoint: ValueID?) throws(NodeFailure) -> ValueID {
        guard let zeroPoint else { return try single(matrices, minus: nil) }
        return try single(matrices, minus: inRows(zeroPoint, of: matrices))
    }

    /// The dense layer of the numbers that the codes of rows stand for: inputs 0 to 2, and 3 to 5 the weight; nil where scales are not known.
    ///
    /// - Parameters:
    ///   - bias: the input that is the bias, of integers.
    ///   - isTransposed: whether the weight has a row for each output.
    mutating func denseOfNumbers(bias: Int?, isTransposed: Bool) throws(NodeFailure) -> ValueID? {
        guard let source = try knownGrid(0, scale: 1, zeroPoint: 2),
            var weight = try knownWeight(3, scale: 4, zeroPoint: 5), weight.codes.shape.count == 2
        else { return nil }
        if !isTransposed { weight.codes = weight.codes.transposed }
        let (units, features) = (weight.codes.shape[0], weight.codes.shape[1])
        guard try inputType(0).dimensions.dropFirst() == [.fixed(features)], [1, units].contains(weight.scales.count)
        else { return nil }
        if let bias, has(bias), try inputType(bias) != TensorType(.i32, shape: [units]) { return nil }
        var operands = [try numbers(of: input(0), source), try numbers(weight)]
        let added = try bias.flatMap { index throws(NodeFailure) in try biasNumbers(index, source, weight) }
        if let added { operands.append(added) }
        return try applyAll(Dense(units: units, bias: added != nil), operands)[0]
    }

    /// The integers for numbers in single precision, by the scale and zero point of these inputs: one for all.
    mutating func quantizedResult(
        _ x: ValueID, scale: Int, zeroPoint: Int
    ) throws(NodeFailure) -> ValueID {
        let zero = try input(zeroPoint)
        let step = try cast(input(scale), to: .f32)
        guard [[], [1]].contains(type(step).shape), [[], [1]].contains(type(zero).shape) else {
            throw failure("the result's scale is \(type(step)), and its zero point \(type(zero)): not one of each")
        }
        let grid = QuantizationGrid(
            scale: try reshape(step, []), zeroPoint: try reshape(zero, []), axis: 0)
        return try quantized(x, grid, to: type(zero).elementType)
    }

    /// Products of which single precision holds every sum: of two numbers below 256 each.
    static let exactCount = 256

    /// The exact product of matrices of whole numbers between -255 and 255, as integers.
    mutating func wholeProduct(_ a: ValueID, _ b: ValueID) throws(NodeFailure) -> ValueID {
        guard rank(a) > 1, rank(b) > 1 else {
            throw failure("multiplies \(type(a)) and \(type(b)), which are no matrices")
        }
        let count = try numbers(type(a).dimensions.suffix(1), "the dimension that is summed over")[0]
        var sum: ValueID?
        for start in stride(from: 0, to: count, by: Self.exactCount) {
            let end = min(start + Self.exactCount, count)
            let isPart = count > Self.exactCount
            let left = isPart ? try slice(a, axis: rank(a) - 1, start, end) : a
            let right = isPart ? try slice(b, axis: rank(b) - 2, start, end) : b
            let product = try apply(Cast(to: .i32), apply(MatMul(), left, right))
            sum = try sum.map { sum throws(NodeFailure) in try apply(Add(), sum, product) } ?? product
        }
        guard let sum else { throw failure("sums over nothing") }
        return sum
    }
}

extension Tensor {
    /// A matrix of integers with rows and columns exchanged.
    var transposed: Tensor {
        let (rows, columns) = (shape[0], shape[1])
        let numbers = integers
        return Tensor(
            elementType, shape: [columns, rows],
            integers: (0..<count).map { numbers[$0 % rows * columns + $0 / rows] })
    }
}
