package import ApusGraph

/// Makes one operator of element-wise operators that follow each other, so that what lies between them is never stored: a chain, or a
/// tree with its root at the end.
///
/// What lies in between must have one reader and the shape of the result: nothing is computed twice. All operands are f32 or bool, and
/// so is what lies in between, so that the joined formula computes what its parts did, bit for bit. A formula ends where a `map`
/// instruction does: at its operands, its registers, or a number of steps.
package struct FuseElementwise: Pass {
    public let name = "fuse-elementwise"

    public init() {}

    /// Steps that a joined formula has at most: more would win little, and formulas are printed.
    private static let stepLimit = 32
    /// Functions, operands and constants of a joined formula as it is written, where parts may occur several times.
    private static let sizeLimit = 96

    /// A formula, and the value that each of its operands stands for.
    fileprivate struct Call {
        var formula: Expression
        var operands: [ValueID]
    }

    public func apply(to model: Model) throws(PassError) -> Model {
        var model = model
        let graph = model.graph
        let index = GraphIndex(graph)
        let samples = SampleShapes(graph)
        var calls: [Int: Call] = [:]
        var absorbed = Set<Int>()
        var changed = Set<Int>()
        for (number, node) in graph.nodes.enumerated() where samples.isDynamic(node.results[0]) {
            guard var call = Self.call(node, graph) else { continue }
            for operand in call.operands {
                guard index.soleConsumer(of: operand) == number, let producer = index.number(of: operand),
                    let inner = calls[producer],
                    let joined = Self.join(inner, as: operand, into: call, of: node, graph, samples)
                else { continue }
                call = joined
                absorbed.insert(producer)
                changed.insert(number)
            }
            calls[number] = call
        }
        guard !changed.isEmpty else { return model }
        var rewriter = try GraphRewriter(graph, pass: self)
        for (number, node) in graph.nodes.enumerated() where !absorbed.contains(number) {
            if changed.contains(number), let call = calls[number] {
                try rewriter.replace(node.results, with: Elementwise(call.formula), rewriter[call.operands])
            } else {
                try rewriter.keep(node)
            }
        }
        model.graph = rewriter.finish()
        return model
    }

    /// What a node computes, if its parts may be joined with others; each operand once.
    private static func call(_ node: Node, _ graph: Graph) -> Call? {
        guard let formula = node.operation.asElementwise?.formula ?? node.operation.expression,
            (node.operands + node.results).allSatisfy({ [.f32, .bool].contains(graph[$0].type.elementType) })
        else { return nil }
        return Call(formula: formula, operands: node.operands).withEachOperandOnce
    }

    /// `call` with the formula of `inner` in the place of the operand that `inner` makes; nil where that is no good formula.
    private static func join(
        _ inner: Call, as operand: ValueID, into call: Call, of node: Node, _ graph: Graph, _ samples: SampleShapes
    ) -> Call? {
        let (value, result) = (graph[operand].type, graph[node.results[0]].type)
        guard result.elementType == .f32, value.dimensions == result.dimensions else { return nil }
        var operands: [Expression] = []
        for (place, other) in call.operands.enumerated() {
            operands.append(other == operand ? inner.formula.moved(by: call.operands.count) : .operand(place))
        }
        let joined = Call(
            formula: call.formula.replacingOperands(operands), operands: call.operands + inner.operands
        ).withEachOperandOnce
        guard joined.operands.count <= Expression.operandLimit, joined.formula.size <= sizeLimit,
            let types = try? Elementwise(joined.formula).infer(joined.operands.map { graph[$0].type }),
            types.map(\.type) == [result],
            let steps = MapProgram.steps(joined.formula, operands: joined.operands.count), steps.count <= stepLimit
        else { return nil }
        // Images in blocks stay in blocks.
        let parts = [inner, call, joined].map { keepsLayout($0, result, graph, samples) }
        guard result.rank != 4 || parts[0] == parts[1] && parts[1] == parts[2] else { return nil }
        return joined
    }

    private static func keepsLayout(
        _ call: Call, _ result: TensorType, _ graph: Graph, _ samples: SampleShapes
    ) -> Bool {
        let rule = ElementwiseRule(call.formula)
        if call.operands.allSatisfy({ graph[$0].type == result }) {
            return rule.takesAnyLayout(operands: call.operands.count)
        }
        let divisors = call.operands.indices.filter {
            !samples.isDynamic(call.operands[$0]) && graph[call.operands[$0]].type.isOneNumber
        }
        return call.formula.isFinite(dividingBy: Set(divisors))
            && call.operands.allSatisfy {
                samples.isDynamic($0) ? graph[$0].type == result : graph[$0].type.isChannelVector(of: result)
            }
    }
}

extension FuseElementwise.Call {
    /// The same with one place for each value that it reads, in the order in which the formula's operands were.
    fileprivate var withEachOperandOnce: Self {
        var kept: [ValueID] = []
        var places = [Expression](repeating: 0, count: operands.count)
        for place in formula.operands.sorted() {
            let known = kept.firstIndex(of: operands[place])
            if known == nil { kept.append(operands[place]) }
            places[place] = .operand(known ?? kept.count - 1)
        }
        return Self(formula: formula.replacingOperands(places), operands: kept)
    }
}

extension Expression {
    /// The same formula of operands whose numbers are higher by `count`.
    fileprivate func moved(by count: Int) -> Expression {
        let limit = (operands.max() ?? -1) + 1
        return replacingOperands((0..<limit).map { .operand($0 + count) })
    }
}
