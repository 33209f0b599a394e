import ApusGraph

/// Gives the activations that exporters write as formulas their names: gelu in both forms, silu, mish, hard_swish and quick_gelu.
///
/// The order of the factors differs from exporter to exporter, so the formula is compared with each by its values: two that agree within
/// single precision at many places from −12 to 12 are one function. Formulas of sums, products and the functions that occur here have
/// too few degrees of freedom to do so by accident.
struct RecognizeActivations: RecognizingPass {
    let name = "recognize-activations"

    private static let candidates: [any ElementwiseOperator] = [
        Gelu(), Gelu(isApproximate: true), Silu(), Mish(), HardSwish(), QuickGelu(),
    ]
    /// Steps back from the last product in which the operand is looked for.
    private static let depthLimit = 9
    private static let places = stride(from: -12.0, through: 12, by: 0.1875).map { $0 + 0.03125 }

    func mayOccur(in graph: Graph) -> Bool {
        graph.nodes.contains { $0.operation is Multiply || $0.operation is Divide }
    }

    func match(_ node: Node, _ pattern: Pattern) -> Recognized? {
        let result = pattern.graph[node.results[0]].type
        guard node.operation is Multiply || node.operation is Divide, result.elementType == .f32 else { return nil }
        // What goes on being multiplied by a number is found at its end.
        if let reader = pattern.index.soleConsumer(of: node.results[0]) {
            let next = pattern.graph.nodes[reader]
            if next.operation is Multiply, pattern.operandBesideNumber(next) != nil { return nil }
        }
        for operand in operands(node, pattern) where pattern.graph[operand].type == result {
            guard let formula = formula(node.results[0], of: operand, pattern, depth: 0),
                let known = Self.candidates.first(where: { Self.agree(formula, $0.formula) })
            else { continue }
            return Recognized(operation: known, operands: [.value(operand)])
        }
        return nil
    }

    /// The values that the formula may be one of, the nearest first.
    private func operands(_ node: Node, _ pattern: Pattern) -> [ValueID] {
        var found: [ValueID] = []
        var level = node.operands
        for _ in 0..<Self.depthLimit where !level.isEmpty {
            var next: [ValueID] = []
            for value in level where !found.contains(value) && pattern.number(value) == nil {
                found.append(value)
                if let producer = pattern.index.producer(of: value), Self.formula(of: producer) != nil {
                    next += producer.operands
                }
            }
            level = next
        }
        return found
    }

    private static func formula(of node: Node) -> Expression? {
        node.operation.asElementwise?.formula ?? node.operation.expression
    }

    /// The formula of a value in one other and numbers; nil where more is in it.
    private func formula(
        _ value: ValueID, of operand: ValueID, _ pattern: Pattern, depth: Int
    ) -> Expression? {
        if value == operand { return .operand(0) }
        if let number = pattern.number(value) { return .constant(number) }
        guard depth < Self.depthLimit, let node = pattern.index.producer(of: value),
            let outer = Self.formula(of: node)
        else { return nil }
        var inner: [Expression] = []
        for value in node.operands {
            guard let formula = formula(value, of: operand, pattern, depth: depth + 1) else { return nil }
            inner.append(formula)
        }
        return outer.replacingOperands(inner)
    }

    private static func agree(_ first: Expression, _ second: Expression) -> Bool {
        places.allSatisfy { place in
            let (one, other) = (first.evaluate([place]), second.evaluate([place]))
            return abs(one - other) <= 1e-6 * max(1, abs(other))
        }
    }
}
