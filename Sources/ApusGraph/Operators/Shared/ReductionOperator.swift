/// An operator that makes one element of all those along some axes.
public protocol ReductionOperator: Operator {
    /// The numbers of the axes, negative ones counted from the end; empty for all axes.
    var axes: [Int] { get }
    /// Whether these axes stay, as dimensions of 1.
    var keep: Bool { get }

    init(axes: [Int], keep: Bool)

    /// The element types that it takes; the result has the operand's.
    static var elementTypes: ElementTypeRule { get }
}

extension ReductionOperator {
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        self.init(
            axes: try attributes.integers("axes") ?? [], keep: try attributes.boolean("keep", default: false))
    }

    public var attributes: [Attribute] {
        (axes.isEmpty ? [] : [Attribute("axes", .integers(axes))])
            + (keep ? [Attribute("keep", .boolean(true))] : [])
    }

    /// What the language reference says of a reduction.
    static func reduction(summary: String, details: String, example: String) -> OperatorDocumentation {
        OperatorDocumentation(
            summary: summary, details: details,
            operands: [
                .init(
                    "x", "of \(elementTypes == .numeric ? "any type of numbers" : "a floating-point type"), any shape")
            ],
            attributes: [
                .init("axes", "the numbers of the axes, negative ones counted from the end; all axes"),
                .init("keep", "whether these axes stay, as dimensions of 1; false"),
            ],
            results: [.init("y", "of the type of x, without the axes")],
            constraints: [
                elementTypes.constraint,
                .init("C2", "`axes` are different axes of x"),
            ],
            example: example)
    }

    /// The numbers of the axes of a value of this rank, from 0 and in rising order.
    public func axisNumbers(rank: Int) -> [Int] {
        axes.isEmpty ? Array(0..<rank) : axes.map { $0 < 0 ? $0 + rank : $0 }.sorted()
    }

    /// The dimensions of the result where its axes stay.
    func keptShape(_ shape: [Int]) -> [Int] {
        let reduced = axisNumbers(rank: shape.count)
        return shape.indices.map { reduced.contains($0) ? 1 : shape[$0] }
    }

    func inferReduction(_ operands: [TensorType]) throws(ConstraintViolation) -> InferredType {
        let checks = OperandChecks(name, operands)
        try checks.count("C1", 1)
        let x = operands[0]
        guard Self.elementTypes.result([x.elementType]) != nil else {
            throw ConstraintViolation(
                "C1", "\(name) can't work on \(x)", remedy: "give it \(Self.elementTypes.constraint.text)",
                at: .operand(0))
        }
        _ = try checks.axes("C2", axes)
        let reduced = axisNumbers(rank: x.rank)
        let dimensions = x.dimensions.indices.compactMap { axis in
            reduced.contains(axis) ? (keep ? Dimension.fixed(1) : nil) : x.dimensions[axis]
        }
        return InferredType(TensorType(x.elementType, dimensions))
    }

    /// Whether the elements of different samples are brought together.
    func reducesBatch(_ x: TensorType) -> Bool { x.isBatched && axisNumbers(rank: x.rank).contains(0) }
}

/// A reduction that has an instruction of its own.
public protocol PrimitiveReduction: ReductionOperator {
    /// - Parameter elements: at least one.
    func reduce(_ elements: [Double]) -> Double
    /// - Parameter elements: at least one.
    func reduce(_ elements: [Int]) -> Int
}

extension PrimitiveReduction {
    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        [try inferReduction(operands)]
    }

    public func keepsSamplesApart(_ operands: [TensorType]) -> Bool { !reducesBatch(operands[0]) }

    /// For those that take floating-point types only.
    public func reduce(_ elements: [Int]) -> Int { Elements.truncated(reduce(elements.map(Double.init))) }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        let x = operands[0]
        let kept = keptShape(x.shape)
        var groups = [[Int]](repeating: [], count: kept.reduce(1, *))
        for (source, target) in broadcastOffsets(kept, to: x.shape).enumerated() { groups[target].append(source) }
        if x.elementType.isFloatingPoint {
            let elements = x.elements
            return [
                Tensor(
                    x.elementType, shape: results[0],
                    elements: groups.map { group in reduce(group.map { elements[$0] }) })
            ]
        }
        let elements = x.integers
        return [
            Tensor(
                x.elementType, shape: results[0],
                integers: groups.map { group in x.elementType.wrapped(reduce(group.map { elements[$0] })) })
        ]
    }
}

/// A reduction that is composed of others.
public protocol CompositeReduction: ReductionOperator, CompositeOperator {}

extension CompositeReduction {
    public func check(_ operands: [TensorType]) throws(ConstraintViolation) { _ = try inferReduction(operands) }
}

extension GradientContext {
    /// Emits what repeats a value that has the shape of a reduction's result, over the reduction's operand.
    mutating func repeated(
        _ value: ValueID, along reduction: some ReductionOperator
    ) throws(GraphError) -> ValueID {
        try emit(
            RepeatAlong(axes: reduction.axes, keep: reduction.keep), [value, node.operands[0]], gradientOf: 0)
    }
}

extension ReductionOperator {
    /// The gradient of an extremum: `dx = dy / M` at the M places that are equal to it, else 0.
    func extremumGradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        guard context.needed[0], let gradient = context.resultGradients[0] else { return [nil] }
        let x = context.node.operands[0]
        let extremum = try context.repeated(context.node.results[0], along: self)
        let places = try context.emit(
            Elementwise(.binary(.equal, .operand(0), .operand(1))), [x, extremum], gradientOf: 0)
        let count = try context.emit(ReduceSum(axes: axes, keep: keep), [places], gradientOf: 0)
        let share = try context.emit(Elementwise(.operand(0) / .operand(1)), [gradient, count], gradientOf: 0)
        let shares = try context.repeated(share, along: self)
        return [try context.emit(Elementwise(.select(.operand(0), .operand(1), 0)), [places, shares], gradientOf: 0)]
    }
}
