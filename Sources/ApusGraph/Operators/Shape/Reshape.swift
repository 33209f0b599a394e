/// The same elements in another shape.
public struct Reshape: Operator {
    public static let name = "reshape"
    public static let documentation = OperatorDocumentation(
        summary: "Gives the elements another shape.",
        details: """
            The elements stay in row-major order. With `shape`, a value with a batch dimension keeps it, and the numbers are the \
            shape of one sample; for other values they are the whole shape. With `whole` the batch is written too, and \
            dimensions may have symbols in them: `whole: [N, 2*T, -1]`. One number may be -1: it is derived. A 0 keeps the \
            dimension at its place. In place of an attribute a second operand may say the whole shape, where its elements are \
            known before the graph runs.
            """,
        operands: [.init("x", "any type and shape"), .init("target", "the whole shape, in place of an attribute")],
        attributes: [
            .init("shape", "the new numbers, one of which may be -1"),
            .init("whole", "the whole new shape, in place of `shape`"),
        ],
        results: [.init("y", "of the new shape")],
        constraints: [
            .init(
                "C1",
                "one operand, or two where there is no attribute; the second is a vector of integers that are known"),
            .init("C2", "with `shape`, no dimension of x but the first is a symbol"),
            .init("C3", "the new dimensions are at least 1, but for zeros where x has a dimension, and one -1"),
            .init("C4", "the new shape has as many elements as the old one"),
        ],
        example: "image = reshape(row, shape: [1, 28, -1])")

    /// What says the new shape.
    enum Target: Sendable, Equatable {
        case sample([Int])
        case whole([Dimension])
        case operand
    }
    let target: Target

    /// - Parameter shape: without the batch dimension where there is one.
    public init(shape: [Int]) { target = .sample(shape) }
    /// - Parameter whole: with the batch dimension where there is one.
    public init(whole: [Dimension]) { target = .whole(whole) }
    /// With the shape as second operand.
    public init() { target = .operand }

    public init(attributes: inout AttributeReader) throws(AttributeError) {
        let shape = try attributes.integers("shape")
        let whole = try attributes.dimensions("whole")
        guard shape == nil || whole == nil else {
            throw AttributeError(
                attribute: "whole", message: "reshape has both 'shape' and 'whole'", remedy: "leave one of them out")
        }
        target = shape.map { .sample($0) } ?? whole.map { .whole($0) } ?? .operand
    }

    public var attributes: [Attribute] {
        switch target {
        case .sample(let shape): [Attribute("shape", .integers(shape))]
        case .whole(let whole): [Attribute("whole", .dimensionList(whole))]
        case .operand: []
        }
    }

    public func resolving(
        _ operands: [TensorType], known: [KnownIntegers?]
    ) throws(ConstraintViolation) -> ResolvedCall? {
        guard target == .operand else { return nil }
        let checks = OperandChecks(Self.name, operands)
        try checks.count("C1", 2...2, "x and a target where neither 'shape' nor 'whole' is given")
        return ResolvedCall(Reshape(whole: try checks.known("C1", 1, known)))
    }

    public var isReshape: Bool { true }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        if try resolving(operands, known: []) != nil { return [] }
        try OperandChecks(Self.name, operands).count("C1", 1)
        let x = operands[0]
        switch target {
        case .sample(let shape):
            guard x.sampleElements != nil else {
                throw ConstraintViolation(
                    "C2", "reshape can't count the elements of \(x)",
                    remedy: "use numbers for all but the first dimension, or 'whole'", at: .operand(0))
            }
            let batch = x.isBatched ? [x.dimensions[0]] : []
            let old = Array(x.dimensions.dropFirst(batch.count))
            let (dimensions, derivations) = try fill(shape.map(Dimension.fixed), of: old, x)
            return [
                InferredType(
                    TensorType(x.elementType, batch + dimensions), derivations: batch.map { _ in nil } + derivations)
            ]
        case .whole(let whole):
            let (dimensions, derivations) = try fill(whole, of: x.dimensions, x)
            return [InferredType(TensorType(x.elementType, dimensions), derivations: derivations)]
        case .operand: return []
        }
    }

    /// The new dimensions, with what a 0 or −1 stands for.
    private func fill(
        _ new: [Dimension], of old: [Dimension], _ x: TensorType
    ) throws(ConstraintViolation) -> ([Dimension], [String?]) {
        let attribute = ConstraintViolation.Subject.attribute(attributes.first?.name ?? "shape")
        let text = AttributeValue.dimensionList(new).description
        let open = new.indices.filter { new[$0] == -1 }
        let isShape = new.enumerated().allSatisfy { axis, dimension in
            guard let number = dimension.number else { return true }
            return number == -1 || number > 0 && number <= Int(Int32.max) || number == 0 && axis < old.count
        }
        guard open.count <= 1, isShape else {
            throw ConstraintViolation(
                "C3", "\(text) is not a shape", remedy: "use numbers from 1 on, and -1 at most once", at: attribute)
        }
        var dimensions = new.enumerated().map { $1 == 0 ? old[$0] : $1 }
        var derivations = [String?](repeating: nil, count: new.count)
        // What is on both sides cancels.
        var (count, product) = (old, dimensions.filter { $0 != -1 })
        for dimension in product {
            guard let place = count.firstIndex(of: dimension), let other = product.firstIndex(of: dimension) else {
                continue
            }
            count.remove(at: place)
            product.remove(at: other)
        }
        let rest = Dimension.product(count).quotient(by: Dimension.product(product))
        guard let rest, open.isEmpty ? rest == 1 : rest.number.map({ $0 >= 1 }) ?? true else {
            let all = Dimension.product(old)
            throw ConstraintViolation(
                "C4",
                "the \(all) elements of \(x)\(old.count < x.rank ? " (one sample)" : "") do not fill \(text)",
                remedy: "choose numbers whose product is \(all), or write -1 for one of them", at: attribute)
        }
        for index in open {
            let known = Dimension.product(dimensions.filter { $0 != -1 })
            derivations[index] = "\(Dimension.product(old)) / \(known)"
            dimensions[index] = rest
        }
        return (dimensions, derivations)
    }

    /// Each sample keeps its elements where both first dimensions are multiples of the batch.
    public func keepsSamplesApart(_ operands: [TensorType]) -> Bool {
        if operands[0].symbols.isEmpty { return true }
        guard let result = try? infer(operands).first?.type, let first = operands[0].dimensions.first,
            let new = result.dimensions.first, let symbol = first.symbols.first
        else { return false }
        return first.multiple(of: symbol) != nil && new.multiple(of: symbol) != nil
    }

    public func known(_ operands: [KnownIntegers?], _ types: [TensorType]) -> [KnownIntegers?] {
        guard let elements = operands[0]?.elements, let rank = try? infer(types, known: operands).first?.type.rank
        else {
            return [nil]
        }
        return [KnownIntegers(elements, rank: rank)]
    }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        [try reshapedGradient(&context)] + context.node.operands.dropFirst().map { _ in nil }
    }

    public func evaluate(
        weight: [Float], shape: [Int], _ others: [Tensor]
    ) -> (weight: [Float], others: [Tensor])? { (weight, []) }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        [operands[0].reshaped(results[0])]
    }
}
