/// Each element divided by a power of the squares of its neighbours in other channels.
public struct LocalResponseNorm: CompositeOperator {
    public static let name = "lrn"
    public static let documentation = OperatorDocumentation(
        summary: "Divides each element by a power of the squares of its neighbours in other channels.",
        details: """
            `y = x / (k + alpha / size · Σ x²)^beta`, with the sum over the `size` channels around the element's own at its \
            place, of an even size one more above than below, and channels that are not there counting as 0: Krizhevsky, \
            Sutskever and Hinton (2012), section 3.3, with alpha divided by the size.
            """,
        operands: [.init("x", "f32[N, C, ...]")],
        attributes: [
            .init("size", "the number of channels"), .init("alpha", "the weight of the squares; 1e-4"),
            .init("beta", "the power; 0.75"), .init("k", "what is added to the squares; 1.0"),
        ],
        results: [.init("y", "f32 of the shape of x")],
        constraints: [
            .init("C1", "one operand f32[N, C, ...] with numbers after the first dimension"),
            .init("C2", "`size` is at least 1"),
        ],
        example: "norm1 = lrn(conv1, size: 5)")

    public var size: Int
    public var alpha: Double
    public var beta: Double
    public var k: Double

    public init(size: Int, alpha: Double = 1e-4, beta: Double = 0.75, k: Double = 1) {
        self.size = size
        self.alpha = alpha
        self.beta = beta
        self.k = k
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        size = try attributes.integer("size", in: AttributeRange.extent)
        let numbers = AttributeRange.single
        alpha = try attributes.number("alpha", in: numbers, default: 1e-4)
        beta = try attributes.number("beta", in: numbers, default: 0.75)
        k = try attributes.number("k", in: numbers, default: 1)
    }
    public var attributes: [Attribute] {
        [Attribute("size", .integer(size))] + (alpha == 1e-4 ? [] : [Attribute("alpha", .number(alpha))])
            + (beta == 0.75 ? [] : [Attribute("beta", .number(beta))]) + (k == 1 ? [] : [Attribute("k", .number(k))])
    }

    public func check(_ operands: [TensorType]) throws(ConstraintViolation) {
        let checks = OperandChecks(name, operands)
        try checks.count("C1", 1)
        let x = operands[0]
        guard x.elementType == .f32, x.rank >= 2, TensorType(.f32, Array(x.dimensions.dropFirst())).shape != nil else {
            throw ConstraintViolation(
                "C1", "\(name) works on f32[N, C, ...], not on \(x)", remedy: "give it channels", at: .operand(0))
        }
        guard size >= 1 else {
            throw ConstraintViolation(
                "C2", "\(size) channels can't be summed", remedy: "give a size from 1 on", at: .attribute("size"))
        }
    }

    /// Channels up to which the sums over them are the results of a convolution. Its products grow with their square, but images need
    /// no other layout for it.
    private static let convolvedChannels = 1024

    public func compose(_ composer: inout Composer, _ operands: [ValueID]) throws(GraphError) -> [ValueID] {
        let x = composer.type(of: operands[0])
        let squares = try composer.emit(Multiply(), operands[0], operands[0])
        let channels = x.dimensions[1].number ?? 1
        let sums =
            channels <= Self.convolvedChannels
            ? try convolved(&composer, squares, channels) : try pooled(&composer, squares)
        // The divisor is above zero, so that its power is that of its logarithm.
        let divisor = Expression.constant(k) + .constant(alpha / Double(size)) * .operand(1)
        let factor = Expression.unary(.exponential, .constant(-beta) * .unary(.logarithm, divisor))
        return [try composer.emit(.operand(0) * factor, operands[0], sums)]
    }

    private var below: Int { (size - 1) / 2 }

    /// The sums as those of a convolution of single places, whose matrix has ones for the neighbours of each channel.
    private func convolved(
        _ composer: inout Composer, _ squares: ValueID, _ channels: Int
    ) throws(GraphError) -> ValueID {
        let x = composer.type(of: squares)
        let ones = try composer.emit(Full(shape: [.fixed(channels), .fixed(channels)], value: 1))
        let upper = try composer.emit(Triangle(isUpper: true, diagonal: -below), ones)
        let band = try composer.emit(Triangle(isUpper: false, diagonal: size - 1 - below), upper)
        let kernel = try composer.emit(Reshape(shape: [channels, channels, 1, 1]), band)
        let convolution = Convolution2D(filters: channels, kernel: [1, 1], bias: false)
        guard x.rank != 4 else { return try composer.emit(convolution, squares, kernel) }
        let (first, shape) = parts(of: x)
        let image = try composer.emit(Reshape(shape: first + [channels, shape.dropFirst().reduce(1, *), 1]), squares)
        return try composer.emit(Reshape(shape: first + shape), try composer.emit(convolution, image, kernel))
    }

    /// The sums as those of windows in an image that has the channels for rows.
    private func pooled(_ composer: inout Composer, _ squares: ValueID) throws(GraphError) -> ValueID {
        let (first, shape) = parts(of: composer.type(of: squares))
        let image = try composer.emit(Reshape(shape: first + [1, shape[0], shape.dropFirst().reduce(1, *)]), squares)
        let pool = AveragePool2D(
            window: [size, 1], stride: [1, 1],
            padding: .explicit(top: below, left: 0, bottom: size - 1 - below, right: 0), countPadding: true)
        let means = try composer.emit(Reshape(shape: first + shape), try composer.emit(pool, image))
        return try composer.emit(.constant(Double(size)) * .operand(0), means)
    }

    /// What reshape takes: without the first dimension where that is a symbol; and the rest.
    private func parts(of type: TensorType) -> (first: [Int], rest: [Int]) {
        (type.isBatched ? [] : [type.dimensions[0].number ?? 1], type.dimensions.dropFirst().compactMap(\.number))
    }
}
