/// A convolution of bytes, whose sums are integers.
package struct QuantizedConvolution2D: Operator {
    public static let name = "quantized_conv2d"
    public static let documentation = OperatorDocumentation(
        audience: .passes,
        summary: "Convolves images of bytes with kernels of bytes.",
        details: """
            With `sum = bias + Σ (x − x_zero) · weight`, an exact integer of 32 bits, places outside of the image counting as \
            `x_zero`, and its greatest in each window where there is a `pool`: `value = sum · scale`, with `addend` \
            `+ (addend − addend_zero) · addend_scale`, is kept within `min` and `max`. With `to: f32` that is the result; with \
            `to: u8` it is `round(value) + zero`, ties to even: Jacob et al. (2018), section 2.2. All of it is computed in single \
            precision, one rounding for each operator.
            """,
        operands: [
            .init("x", "u8[N, C, H, W]"), .init("weight", "i8[filters, C / groups, rows, columns]"),
            .init("bias", "i32[filters]"), .init("scale", "f32[filters]"),
            .init("addend", "u8[N, filters, rows, columns] of the result; only where `addend` is true"),
        ],
        attributes: Convolution2D.documentation.attributes + [
            .init("x_zero", "the byte that stands for zero in x; 0"),
            .init("pool", "rows and columns of the pooling window; without it there is no pooling"),
            .init("addend", "whether the last operand is added; false"),
            .init("addend_zero", "the byte that stands for zero in the addend; 0"),
            .init("addend_scale", "how much a step of the addend counts; 1"),
        ] + QuantizedResult.attributes,
        results: [.init("y", "[N, filters, output rows, output columns] of the type `to`, after the pooling")],
        constraints: [
            .init("C1", "x, a weight, a bias and a scale, and an addend where `addend` is true"),
            .init("C2", "x is u8[N, C, H, W]; C, H and W are numbers"),
            .init("C3", "the convolution takes such images in f32, with such a weight and bias"),
            .init("C4", "weight is i8, bias is i32[filters] and scale is f32[filters]"),
            .init("C5", "`to` is u8 or f32, and zeros are from 0 to 255"),
            .init("C6", "`min` is at most `max`; for u8 both are from −zero to 255 − zero"),
            .init("C7", "`pool` fits into the convolution's result"),
            .init("C8", "the addend is u8 of the result's shape"),
        ],
        example: "codes1 = quantized_conv2d(codes, conv1.weight, conv1.bias, conv1.scale, filters: 16, kernel: [3, 3], "
            + "padding: 1, pool: [2, 2])")

    /// What is computed of numbers; it has a bias.
    public var convolution: Convolution2D
    public var sourceZero: Int
    public var result: QuantizedResult
    /// Rows and columns of the pooling window, which is also its stride; nil for no pooling.
    public var pool: [Int]?
    public var addend: Addend?

    /// What is added to the sums' values.
    public struct Addend: Sendable, Hashable {
        public var zero: Int
        public var scale: Double

        public init(zero: Int, scale: Double) {
            self.zero = zero
            self.scale = scale
        }
    }

    public init(
        _ convolution: Convolution2D, sourceZero: Int = 0, result: QuantizedResult = QuantizedResult(),
        pool: [Int]? = nil, addend: Addend? = nil
    ) {
        self.convolution = convolution
        self.convolution.bias = true
        self.sourceZero = sourceZero
        self.result = result
        self.pool = pool
        self.addend = addend
    }

    public init(attributes: inout AttributeReader) throws(AttributeError) {
        convolution = try Convolution2D(attributes: &attributes)
        sourceZero = try attributes.integer("x_zero", in: 0...255, default: 0)
        result = try QuantizedResult(attributes: &attributes)
        let window = try attributes.integers("pool", count: 2, in: AttributeRange.extent, default: [])
        pool = window.isEmpty ? nil : window
        let added = Addend(
            zero: try attributes.integer("addend_zero", in: 0...255, default: 0),
            scale: try attributes.number("addend_scale", in: AttributeRange.single, default: 1))
        addend = try attributes.boolean("addend", default: false) ? added : nil
    }

    public var attributes: [Attribute] {
        var list = convolution.attributes
        if sourceZero != 0 { list.append(Attribute("x_zero", .integer(sourceZero))) }
        if let pool { list.append(Attribute("pool", .integers(pool))) }
        if let addend {
            list.append(Attribute("addend", .boolean(true)))
            if addend.zero != 0 { list.append(Attribute("addend_zero", .integer(addend.zero))) }
            if addend.scale != 1 { list.append(Attribute("addend_scale", .number(addend.scale))) }
        }
        return list + result.attributes
    }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        let checks = OperandChecks(Self.name, operands)
        let count = addend == nil ? 4 : 5
        try checks.count("C1", count...count, "x, a weight, a bias, a scale\(addend == nil ? "" : " and an addend")")
        guard operands[0].elementType == .u8 else {
            throw ConstraintViolation(
                "C2", "\(Self.name) works on u8[N, channels, height, width], not on \(operands[0])",
                remedy: "quantize it first", at: .operand(0))
        }
        var sums: InferredType
        let numbers = [0, 1, 2].map { TensorType(.f32, operands[$0].dimensions) }
        do { sums = try convolution.infer(numbers)[0] } catch { throw error.relabelled("C3") }
        try checks.match("C4", 1, TensorType(.i8, operands[1].dimensions), "the weight")
        try checks.match("C4", 2, TensorType(.i32, operands[2].dimensions), "the bias")
        try checks.match("C4", 3, TensorType(.f32, operands[2].dimensions), "the scale")
        try result.check(Self.name, zeros: [sourceZero, addend?.zero ?? 0], "C5", "C6")
        if let pool {
            for axis in 0...1 {
                let rows = sums.type.dimensions[2 + axis].number ?? 0
                guard pool.count == 2, pool[axis] >= 1, rows >= pool[axis] else {
                    throw ConstraintViolation(
                        "C7", "windows of \(pool) do not fit into the convolution's result \(sums.type)",
                        remedy: "make the window smaller", at: .attribute("pool"))
                }
                sums.type.dimensions[2 + axis] = .fixed(rows / pool[axis])
                sums.derivations[2 + axis] = sums.derivations[2 + axis].map { "floor((\($0)) / \(pool[axis]))" }
            }
        }
        sums.type.elementType = result.elementType
        if addend != nil { try checks.match("C8", 4, TensorType(.u8, sums.type.dimensions), "the addend") }
        return [sums]
    }

    /// The multiply-adds of the convolution's outputs that some window needs.
    public func cost(operands: [TensorType], results: [TensorType]) -> Cost {
        var sums = results[0]
        for axis in 0...1 {
            sums.dimensions[2 + axis] = .fixed((sums.dimensions[2 + axis].number ?? 0) * (pool?[axis] ?? 1))
        }
        return convolution.cost(output: sums, channels: operands[0].dimensions[1].number ?? 0)
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        let x = operands[0].shape
        let geometry = convolution.geometry(height: x[2], width: x[3])
        let shape = [x[0], convolution.filters, geometry.outputHeight, geometry.outputWidth]
        let sums = convolution.integerSums(operands[0], sourceZero, operands[1], bias: operands[2].integers)
        var tensor = Tensor(shape: shape, elements: sums.map(Double.init))
        if let pool {
            tensor = MaxPool2D(window: pool).evaluate([tensor], results: [results[0]], context: context)[0]
        }
        let (scale, count) = (operands[3].elements, results[0][2] * results[0][3])
        let added = addend == nil ? [] : operands[4].integers
        let values = tensor.elements.enumerated().map { index, sum -> Float in
            var value = Float(sum) * Float(scale[index / count % convolution.filters])
            if let addend { value += Float(added[index] - addend.zero) * Float(addend.scale) }
            return value
        }
        return [result.tensor(values, shape: results[0])]
    }
}
