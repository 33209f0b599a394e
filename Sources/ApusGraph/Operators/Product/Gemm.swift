/// A product of matrices with factors and an addend.
public struct Gemm: CompositeOperator {
    public static let name = "gemm"
    public static let documentation = OperatorDocumentation(
        summary: "Multiplies two matrices and adds a third: general matrix multiplication.",
        details:
            "`y = alpha · a · b + beta · c`, where c is broadcast. `transpose_a` and `transpose_b` are those of matmul.",
        operands: [
            .init("a", "f32[M, K]"), .init("b", "f32[K, N]"), .init("c", "f32, broadcast to [M, N]; may be left out"),
        ],
        attributes: [
            .init("alpha", "the factor of the product; 1"), .init("beta", "the factor of c; 1"),
            .init("transpose_a", "whether a is [K, M]; false"), .init("transpose_b", "whether b is [N, K]; false"),
        ],
        results: [.init("y", "f32[M, N]")],
        constraints: [
            .init("C1", "two or three operands of element type f32, a and b of two dimensions"),
            .init("C2", "a and b have the same K"), .init("C3", "c can be broadcast to [M, N]"),
        ],
        example: "logits = gemm(features, weight, bias, transpose_b: true)")

    public var alpha: Double
    public var beta: Double
    public var product: MatMul

    public init(alpha: Double = 1, beta: Double = 1, product: MatMul = MatMul()) {
        self.alpha = alpha
        self.beta = beta
        self.product = product
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        alpha = try attributes.number("alpha", in: AttributeRange.single, default: 1)
        beta = try attributes.number("beta", in: AttributeRange.single, default: 1)
        product = try MatMul(attributes: &attributes)
    }
    public var attributes: [Attribute] {
        (alpha == 1 ? [] : [Attribute("alpha", .number(alpha))]) + (beta == 1 ? [] : [Attribute("beta", .number(beta))])
            + product.attributes
    }

    public func check(_ operands: [TensorType]) throws(ConstraintViolation) {
        guard (2...3).contains(operands.count), operands.allSatisfy({ $0.elementType == .f32 }),
            operands[0].rank == 2, operands[1].rank == 2
        else {
            throw ConstraintViolation(
                "C1", "gemm takes two f32 matrices and may take a third value, not \(operands)",
                remedy: "give it f32[M, K] and f32[K, N]")
        }
        let type: TensorType
        do { type = try product.infer(Array(operands.prefix(2)))[0].type } catch { throw error.relabelled("C2") }
        guard operands.count == 3 else { return }
        guard (try? broadcastDimensions([type, operands[2]])) == type.dimensions else {
            throw ConstraintViolation(
                "C3", "\(operands[2]) can't be broadcast to \(type)", remedy: "make its dimensions equal, or 1",
                at: .operand(2))
        }
    }

    public func keepsSamplesApart(_ operands: [TensorType]) -> Bool {
        product.keepsSamplesApart(Array(operands.prefix(2)))
    }

    public func compose(_ composer: inout Composer, _ operands: [ValueID]) throws(GraphError) -> [ValueID] {
        var result = try composer.emit(product, Array(operands.prefix(2)))
        if operands.count == 2 {
            if alpha != 1 { result = try composer.emit(.constant(alpha) * .operand(0), result) }
        } else if alpha == 1, beta == 1 {
            result = try composer.emit(Add(), result, operands[2])
        } else {
            result = try composer.emit(
                .constant(alpha) * .operand(0) + .constant(beta) * .operand(1), result, operands[2])
        }
        return [result]
    }
}
