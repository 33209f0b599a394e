import ApusGraph

/// What the recognition of patterns asks of a graph.
struct Pattern {
    let index: GraphIndex
    let fixed: FixedValues
    private let constants: [ValueID: Elements]

    var graph: Graph { index.graph }

    init(_ graph: Graph) {
        index = GraphIndex(graph)
        fixed = FixedValues(graph)
        constants = Dictionary(uniqueKeysWithValues: graph.constants.map { ($0.value, $0.elements) })
    }

    /// The node that makes a value, where it is a call of this operator.
    func call<Operation: Operator>(of type: Operation.Type, making value: ValueID) -> (Node, Operation)? {
        guard let node = index.producer(of: value), let operation = node.operation as? Operation else { return nil }
        return (node, operation)
    }

    /// The elements of a constant.
    func elements(of value: ValueID) -> Elements? { constants[value] }

    /// The number that a constant of one element is.
    func number(_ value: ValueID) -> Double? {
        guard let elements = constants[value], elements.count == 1 else { return nil }
        return elements.doubles[0]
    }

    /// Of a call of two operands, the number that one of them is, and the other one.
    func operandBesideNumber(_ node: Node) -> (operand: ValueID, number: Double)? {
        for (first, second) in [(0, 1), (1, 0)] {
            if let number = number(node.operands[second]) { return (node.operands[first], number) }
        }
        return nil
    }

    /// Of a call of two operands, the one beside `value`; nil where `value` is neither, or both.
    func operand(beside value: ValueID, of node: Node) -> ValueID? {
        guard node.operands.count == 2, node.operands[0] != node.operands[1] else { return nil }
        if node.operands[0] == value { return node.operands[1] }
        return node.operands[1] == value ? node.operands[0] : nil
    }

    /// A value divided or multiplied by numbers: the value, and the factor.
    func unscaled(_ value: ValueID) -> (value: ValueID, factor: Double) {
        var (value, factor) = (value, 1.0)
        while let node = index.producer(of: value) {
            if node.operation is Multiply, let (operand, number) = operandBesideNumber(node) {
                (value, factor) = (operand, factor * number)
            } else if node.operation is Divide, let number = number(node.operands[1]), number != 0 {
                (value, factor) = (node.operands[0], factor / number)
            } else {
                break
            }
        }
        return (value, factor)
    }
}

/// A pass that finds what several nodes compute together, and puts one operator that computes the same in their place. What the others
/// made is left to ``RemoveDeadCode``.
protocol RecognizingPass: Pass {
    /// Whether a graph has an operator that what is looked for can't do without: most have not.
    func mayOccur(in graph: Graph) -> Bool

    /// The call that computes what a node computes, for nodes that end what is looked for.
    func match(_ node: Node, _ pattern: Pattern) -> Recognized?
}

/// A call in the place of several nodes.
struct Recognized {
    var operation: any Operator
    var operands: [Operand]

    enum Operand {
        case value(ValueID)
        /// The same number everywhere.
        case constant(TensorType, Double)
        /// The result of a call.
        case call(any Operator, [Operand])
    }
}

extension RecognizingPass {
    func apply(to model: Model) throws(PassError) -> Model {
        guard mayOccur(in: model.graph) else { return model }
        let pattern = Pattern(model.graph)
        var found: [Int: Recognized] = [:]
        for (number, node) in model.graph.nodes.enumerated() {
            if let match = match(node, pattern) { found[number] = match }
        }
        guard !found.isEmpty else { return model }
        var model = model
        var rewriter = try GraphRewriter(model.graph, pass: self)
        for (number, node) in model.graph.nodes.enumerated() {
            guard let match = found[number] else {
                try rewriter.keep(node)
                continue
            }
            let stem = model.graph[node.results[0]].name
            var operands: [ValueID] = []
            for operand in match.operands { operands.append(try make(operand, named: stem, &rewriter)) }
            try rewriter.replace(node.results, with: match.operation, operands)
        }
        model.graph = rewriter.finish()
        return model
    }

    private func make(
        _ operand: Recognized.Operand, named stem: String, _ rewriter: inout GraphRewriter
    ) throws(PassError) -> ValueID {
        switch operand {
        case .value(let value): return rewriter[value]
        case .constant(let type, let number):
            let count = type.shape?.reduce(1, *) ?? 1
            return try rewriter.addConstant(
                rewriter.freshName("\(stem).constant"), type,
                elements: .numbers(Array(repeating: number, count: count)))
        case .call(let operation, let inner):
            var operands: [ValueID] = []
            for operand in inner { operands.append(try make(operand, named: stem, &rewriter)) }
            return try rewriter.emit(operation, operands, named: "\(stem).\(operation.name)")
        }
    }
}
