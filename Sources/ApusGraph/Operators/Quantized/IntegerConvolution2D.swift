/// A convolution of bytes whose sums are its result.
public struct IntegerConvolution2D: Operator {
    public static let name = "integer_conv2d"
    public static let documentation = OperatorDocumentation(
        audience: .passes,
        summary: "Convolves images of bytes with kernels of bytes, exactly.",
        details: """
            `y = Σ (x − x_zero) · weight`, as conv2d sums, in integers of 32 bits: no rounding, and modulo 2^32 where a sum has \
            none. Places outside of the image count as `x_zero`. The weight must be known when the plan is made.
            """,
        operands: [
            .init("x", "u8[N, C, H, W]"), .init("weight", "i8[filters, C / groups, rows, columns]; a constant"),
        ],
        attributes: Convolution2D.documentation.attributes.filter { $0.name != "bias" } + [
            .init("x_zero", "the byte that stands for zero in x; 0")
        ],
        results: [.init("y", "i32[N, filters, output rows, output columns]")],
        constraints: [
            .init("C1", "x and a weight"),
            .init("C2", "x is u8[N, C, H, W]; C, H and W are numbers"),
            .init("C3", "conv2d takes such images in f32, with such a weight"),
            .init("C4", "weight is i8"),
            .init("C5", "`x_zero` is from 0 to 255"),
        ],
        example: "sums = integer_conv2d(codes, kernel, filters: 16, kernel: [3, 3], padding: 1, x_zero: 128)")

    /// What is computed of numbers; it has no bias.
    public var convolution: Convolution2D
    public var sourceZero: Int

    public init(_ convolution: Convolution2D, sourceZero: Int = 0) {
        self.convolution = convolution
        self.convolution.bias = false
        self.sourceZero = sourceZero
    }

    public init(attributes: inout AttributeReader) throws(AttributeError) {
        self.init(
            try Convolution2D(attributes: &attributes, bias: false),
            sourceZero: try attributes.integer("x_zero", in: 0...255, default: 0))
    }

    public var attributes: [Attribute] {
        convolution.attributes.filter { $0.name != "bias" }
            + (sourceZero == 0 ? [] : [Attribute("x_zero", .integer(sourceZero))])
    }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        let checks = OperandChecks(Self.name, operands)
        try checks.count("C1", 2...2, "x and a weight")
        guard operands[0].elementType == .u8 else {
            throw ConstraintViolation(
                "C2", "\(Self.name) works on u8[N, channels, height, width], not on \(operands[0])",
                remedy: "quantize it first", at: .operand(0))
        }
        var sums: InferredType
        do {
            sums = try convolution.infer(operands.map { TensorType(.f32, $0.dimensions) })[0]
        } catch { throw error.relabelled("C3") }
        try checks.match("C4", 1, TensorType(.i8, operands[1].dimensions), "the weight")
        guard (0...255).contains(sourceZero) else {
            throw ConstraintViolation(
                "C5", "\(sourceZero) is no byte", remedy: "give one from 0 to 255", at: .attribute("x_zero"))
        }
        sums.type.elementType = .i32
        return [sums]
    }

    public func trimming(image: [Int]) -> Trimming { convolution.trimming(image: image) }

    public func trimmed(input: (whole: [Int], kept: [Int]), output: [Int]) -> any Operator {
        var trimmed = self
        if let convolution = convolution.trimmed(input: input, output: output) as? Convolution2D {
            trimmed.convolution = convolution
        }
        return trimmed
    }

    public func cost(operands: [TensorType], results: [TensorType]) -> Cost {
        convolution.cost(operands: operands, results: results)
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        let bias = [Int](repeating: 0, count: convolution.filters)
        let sums = convolution.integerSums(operands[0], sourceZero, operands[1], bias: bias)
        return [Tensor(.i32, shape: results[0], integers: sums.map(Int.init))]
    }
}

extension Convolution2D {
    /// The sums of the products of codes, less their zero, with weights, by filters that begin with their bias: modulo 2^32.
    func integerSums(_ x: Tensor, _ zero: Int, _ weight: Tensor, bias: [Int]) -> [Int32] {
        let geometry = geometry(height: x.shape[2], width: x.shape[3])
        let image = geometry.outputHeight * geometry.outputWidth
        let (codes, weight) = (x.integers, weight.integers)
        var sums = (0..<x.shape[0] * filters * image).map { bias[$0 / image % filters] }
        forEachProduct(input: x.shape) { output, place, input in
            sums[output] += weight[place] * (codes[input] - zero)
        }
        return sums.map { Int32(truncatingIfNeeded: $0) }
    }
}
