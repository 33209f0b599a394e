/// An operator that says where along an axis an extremum is.
public protocol ArgumentOperator: Operator {
    var axis: Int { get }
    /// Whether the axis stays, as a dimension of 1.
    var keep: Bool { get }
    /// Whether the last of several equal elements counts, not the first.
    var selectLast: Bool { get }

    init(axis: Int, keep: Bool, selectLast: Bool)

    /// Whether an element takes the place of one before it.
    static func isBetter(_ element: Double, than other: Double) -> Bool
    static func isBetter(_ element: Int, than other: Int) -> Bool
}

extension ArgumentOperator {
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        self.init(
            axis: try AxisAttribute.read(&attributes), keep: try attributes.boolean("keep", default: false),
            selectLast: try attributes.boolean("select_last", default: false))
    }

    public var attributes: [Attribute] {
        AxisAttribute.attributes(axis) + (keep ? [Attribute("keep", .boolean(true))] : [])
            + (selectLast ? [Attribute("select_last", .boolean(true))] : [])
    }

    /// What the language reference says.
    static func argument(_ what: String, example: String) -> OperatorDocumentation {
        OperatorDocumentation(
            summary: "Says where along an axis the \(what) element is.",
            details: "Not-a-number counts as the \(what) element. The gradient is 0.",
            operands: [.init("x", "of any type of numbers, at least one dimension")],
            attributes: [
                AxisAttribute.entry, .init("keep", "whether the axis stays, as a dimension of 1; false"),
                .init("select_last", "whether the last of several equal elements counts, not the first; false"),
            ],
            results: [.init("y", "i64, without the axis: numbers from 0")],
            constraints: [.init("C1", "one operand of a type of numbers"), .init("C2", "`axis` is an axis of x")],
            example: example)
    }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        let checks = OperandChecks(name, operands)
        try checks.count("C1", 1)
        guard operands[0].elementType != .bool else {
            throw ConstraintViolation(
                "C1", "\(name) can't work on \(operands[0])", remedy: "give it numbers, or cast it", at: .operand(0))
        }
        var dimensions = operands[0].dimensions
        let number = try checks.axis("C2", axis)
        if keep { dimensions[number] = 1 } else { dimensions.remove(at: number) }
        return [InferredType(TensorType(.i64, dimensions))]
    }

    public func keepsSamplesApart(_ operands: [TensorType]) -> Bool {
        ApusGraph.keepsSamplesApart(operands[0], along: axis)
    }

    /// Whole numbers have no gradient.
    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] { [nil] }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        let x = operands[0]
        let lines = x.lines(along: axis)
        if x.elementType.isFloatingPoint {
            let elements = x.elements
            let places = lines.map { line in
                place(line) { first, second in
                    let (element, other) = (elements[first], elements[second])
                    if other.isNaN { return selectLast && element.isNaN }
                    return element.isNaN || Self.isBetter(element, than: other) || selectLast && element == other
                }
            }
            return [Tensor(shape: results[0], integers: places)]
        }
        let elements = x.integers
        let places = lines.map { line in
            place(line) { first, second in
                Self.isBetter(elements[first], than: elements[second])
                    || selectLast && elements[first] == elements[second]
            }
        }
        return [Tensor(shape: results[0], integers: places)]
    }

    private func place(_ line: [Int], _ replaces: (Int, Int) -> Bool) -> Int {
        line.indices.dropFirst().reduce(0) { replaces(line[$1], line[$0]) ? $1 : $0 }
    }
}
