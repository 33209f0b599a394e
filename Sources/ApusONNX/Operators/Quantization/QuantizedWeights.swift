import ApusGraph

// Layers between codes, as layers of the numbers that the codes stand for: dequantize_linear, conv2d or dense, quantize_linear. The compiler
// computes them with integers, and what it can't is computed in single precision; both are within a step of the definition.

/// Which numbers the codes of a value stand for: one scale and one zero point, both known before the model runs.
struct KnownGrid {
    var scale: ValueID
    var zeroPoint: ValueID?
    /// The scale's number.
    var step: Float
}

extension NodeImport {
    /// The grid of an input's codes of 8 bits by the inputs that are its scale and zero point; nil where these are not one number each, or
    /// computed.
    mutating func knownGrid(_ codes: Int, scale: Int, zeroPoint: Int) throws(NodeFailure) -> KnownGrid? {
        guard let elementType = try byteType(codes), let step = try oneKnownNumber(scale), step.elementType == .f32,
            step.elements[0] >= Double(Float.leastNormalMagnitude), step.elements[0].isFinite
        else { return nil }
        var grid = KnownGrid(scale: try reshape(input(scale), []), step: Float(step.elements[0]))
        guard has(zeroPoint) else { return grid }
        guard let zero = try oneKnownNumber(zeroPoint), zero.elementType == elementType else { return nil }
        grid.zeroPoint = try reshape(input(zeroPoint), [])
        return grid
    }

    /// The element type of an input of codes of 8 bits that are computed while the model runs; nil for others.
    private mutating func byteType(_ index: Int) throws(NodeFailure) -> ElementType? {
        let value = try input(index)
        let elementType = type(value).elementType
        return isComputed(value) && (elementType == .u8 || elementType == .i8) ? elementType : nil
    }

    private mutating func oneKnownNumber(_ index: Int) throws(NodeFailure) -> Tensor? {
        let value = try input(index)
        guard type(value).shape == [] || type(value).shape == [1] else { return nil }
        return knownTensor(value)
    }

    /// A weight of signed codes around zero and a scale for each output, or one for all.
    struct KnownWeight {
        var codes: Tensor
        /// In single precision; one, or as many as there are outputs.
        var scales: [Float]
    }

    /// The weight that three inputs are, where all of them are known, and codes are bytes around zero: i8, or u8 around 128.
    mutating func knownWeight(_ codes: Int, scale: Int, zeroPoint: Int) throws(NodeFailure) -> KnownWeight? {
        guard try isKnown(scale), let weight = try signedCodes(codes, zeroPoint: zeroPoint),
            weight.zeros.integers.allSatisfy({ $0 == 0 })
        else { return nil }
        let scales = try tensor(scale, "the weight's scale")
        guard scales.shape.count <= 1, scales.elementType == .f32,
            scales.elements.allSatisfy({ $0 >= Double(Float.leastNormalMagnitude) && $0.isFinite })
        else { return nil }
        return KnownWeight(codes: weight.codes, scales: scales.elements.map { Float($0) })
    }

    /// The codes of a weight with a sign, 128 less where they have none, and what stands for zero among them; nil where they are not bytes, or
    /// not known.
    mutating func signedCodes(
        _ codes: Int, zeroPoint: Int
    ) throws(NodeFailure) -> (codes: Tensor, zeros: Tensor)? {
        for index in [codes, zeroPoint] where has(index) {
            guard try isKnown(index) else { return nil }
        }
        let weight = try tensor(codes, "the weight")
        guard weight.elementType == .i8 || weight.elementType == .u8 else { return nil }
        let middle = weight.elementType == .u8 ? 128 : 0
        let points =
            has(zeroPoint)
            ? try tensor(zeroPoint, "the weight's zero point") : Tensor(.i32, shape: [], integers: [0])
        return (
            Tensor(.i8, shape: weight.shape, integers: weight.integers.map { $0 - middle }),
            Tensor(.i32, shape: points.shape, integers: points.integers.map { $0 - middle })
        )
    }

    private mutating func isKnown(_ index: Int) throws(NodeFailure) -> Bool {
        let value = try input(index)
        return state.tensors[value] != nil
    }

    /// The numbers of a weight, whose first dimension is that of the outputs.
    mutating func numbers(_ weight: KnownWeight) throws(NodeFailure) -> ValueID {
        try apply(DequantizeLinear(axis: 0), constant(weight.codes), constant(Self.vector(weight.scales)))
    }

    /// The numbers of a layer's bias, of integers whose scales are those of the products.
    mutating func biasNumbers(
        _ index: Int, _ source: KnownGrid, _ weight: KnownWeight
    ) throws(NodeFailure) -> ValueID? {
        guard let bias = try optionalInput(index) else { return nil }
        let scales = weight.scales.map { source.step * $0 }
        return try apply(DequantizeLinear(axis: 0), bias, constant(Self.vector(scales)))
    }

    private static func vector(_ numbers: [Float]) -> Tensor {
        Tensor(shape: numbers.count == 1 ? [] : [numbers.count], elements: numbers.map(Double.init))
    }

    /// The numbers that codes stand for.
    ///
    /// What only moves codes moves numbers as well. So the numbers come first where codes were moved: the compiler looks for them right
    /// behind the codes.
    mutating func numbers(of codes: ValueID, _ grid: KnownGrid) throws(NodeFailure) -> ValueID {
        try numbers(of: codes, grid.scale, grid.zeroPoint)
    }

    mutating func numbers(of codes: ValueID, _ scale: ValueID, _ zeroPoint: ValueID?) throws(NodeFailure) -> ValueID {
        guard let (source, operation) = moved(codes) else {
            return try applyAll(DequantizeLinear(), [codes, scale] + (zeroPoint.map { [$0] } ?? []))[0]
        }
        return try apply(operation, numbers(of: source, scale, zeroPoint))
    }

    /// The codes that an operator moves to make others, and what does the same to numbers.
    private func moved(_ codes: ValueID) -> (source: ValueID, operation: any Operator)? {
        guard let node = maker(of: codes), let first = node.operands.first else { return nil }
        if node.operands.count == 1, node.operation.isReshape || node.operation is Transpose {
            return (first, node.operation)
        }
        // The maximum of bytes is taken in single precision.
        guard node.operation is Cast, let pool = maker(of: first), pool.operation is MaxPool2D,
            let cast = maker(of: pool.operands[0]), cast.operation is Cast,
            type(cast.operands[0]).elementType == type(codes).elementType
        else { return nil }
        return (cast.operands[0], pool.operation)
    }
}
