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
            .init("to", "the result's type: u8 or f32; u8"),
            .init("zero", "the byte that stands for zero in the result; 0"),
            .init("min", "what smaller values become; the least that the type holds"),
            .init("max", "what larger values become; the largest that the type holds"),
            .init("pool", "rows and columns of the pooling window; without it there is no pooling"),
            .init("addend", "whether the last operand is added; false"),
            .init("addend_zero", "the byte that stands for zero in the addend; 0"),
            .init("addend_scale", "how much a step of the addend counts; 1"),
        ],
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
    /// u8 or f32.
    public var elementType: ElementType
    public var zero: Int
    /// What values are kept within before they are rounded.
    public var minimum: Double
    public var maximum: Double
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

    /// Limits as wide as the type.
    public init(
        _ convolution: Convolution2D, sourceZero: Int = 0, to elementType: ElementType = .u8, zero: Int = 0,
        pool: [Int]? = nil, addend: Addend? = nil
    ) {
        self.convolution = convolution
        self.convolution.bias = true
        self.sourceZero = sourceZero
        self.elementType = elementType
        self.zero = zero
        (minimum, maximum) = Self.limits(elementType, zero: zero)
        self.pool = pool
        self.addend = addend
    }

    private static func limits(_ type: ElementType, zero: Int) -> (Double, Double) {
        type == .u8
            ? (Double(-zero), Double(255 - zero))
            : (-Double(Float.greatestFiniteMagnitude), Double(Float.greatestFiniteMagnitude))
    }

    public init(attributes: inout AttributeReader) throws(AttributeError) {
        convolution = try Convolution2D(attributes: &attributes)
        sourceZero = try attributes.integer("x_zero", in: 0...255, default: 0)
        elementType = try attributes.elementType("to", default: .u8)
        zero = try attributes.integer("zero", in: 0...255, default: 0)
        let (least, greatest) = Self.limits(elementType, zero: zero)
        minimum = try attributes.number("min", in: AttributeRange.single, default: least)
        maximum = try attributes.number("max", in: AttributeRange.single, default: greatest)
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
        if elementType != .u8 { list.append(Attribute("to", .word(elementType.rawValue))) }
        if zero != 0 { list.append(Attribute("zero", .integer(zero))) }
        let (least, greatest) = Self.limits(elementType, zero: zero)
        if minimum != least { list.append(Attribute("min", .number(minimum))) }
        if maximum != greatest { list.append(Attribute("max", .number(maximum))) }
        if let pool { list.append(Attribute("pool", .integers(pool))) }
        if let addend {
            list.append(Attribute("addend", .boolean(true)))
            if addend.zero != 0 { list.append(Attribute("addend_zero", .integer(addend.zero))) }
            if addend.scale != 1 { list.append(Attribute("addend_scale", .number(addend.scale))) }
        }
        return list
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
        try checkLimits()
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
        sums.type.elementType = elementType
        if addend != nil { try checks.match("C8", 4, TensorType(.u8, sums.type.dimensions), "the addend") }
        return [sums]
    }

    private func checkLimits() throws(ConstraintViolation) {
        guard elementType == .u8 || elementType == .f32, (0...255).contains(zero), (0...255).contains(sourceZero),
            addend.map({ (0...255).contains($0.zero) }) ?? true
        else {
            throw ConstraintViolation(
                "C5", "\(Self.name) makes u8 or f32 with zeros from 0 to 255, not \(elementType.rawValue) with \(zero)",
                remedy: "choose one of them", at: .attribute("to"))
        }
        let (least, greatest) = Self.limits(elementType, zero: zero)
        guard minimum <= maximum, minimum >= least, maximum <= greatest else {
            throw ConstraintViolation(
                "C6", "values of \(Self.name) can't be from \(minimum) to \(maximum)",
                remedy: "keep to \(least) to \(greatest)", at: .attribute("min"))
        }
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
        let image = shape[2] * shape[3]
        let (codes, weight, bias) = (operands[0].integers, operands[1].integers, operands[2].integers)
        var sums = (0..<shape.reduce(1, *)).map { bias[$0 / image % convolution.filters] }
        convolution.forEachProduct(input: x) { output, place, input in
            sums[output] += weight[place] * (codes[input] - sourceZero)
        }
        var tensor = Tensor(shape: shape, elements: sums.map { Double(Int32(truncatingIfNeeded: $0)) })
        if let pool {
            tensor = MaxPool2D(window: pool).evaluate([tensor], results: [results[0]], context: context)[0]
        }
        let (scale, count) = (operands[3].elements, results[0][2] * results[0][3])
        let added = addend == nil ? [] : operands[4].integers
        let values = tensor.elements.enumerated().map { index, sum in
            var value = Float(sum) * Float(scale[index / count % convolution.filters])
            if let addend { value += Float(added[index] - addend.zero) * Float(addend.scale) }
            return min(Float(maximum), max(Float(minimum), value))
        }
        guard elementType == .u8 else { return [Tensor(shape: results[0], elements: values.map(Double.init))] }
        return [Tensor(.u8, shape: results[0], integers: values.map { Int($0.rounded(.toNearestOrEven)) + zero })]
    }
}
