import ApusGraph

/// Makes an attention of the products and the softmax that it is written with: `softmax(scale · q · kᵀ + mask) · v`.
///
/// Scales may be on the product, or on query and key before it. A mask is added, or chosen by a condition with a number so low that
/// nothing is left of it behind the softmax. Query, key and value are [N, heads, T, size], or [N, T, size] with one head.
struct RecognizeAttention: RecognizingPass {
    let name = "recognize-attention"

    /// A number below which a score does not count beside any other.
    private static let blocked = -1e30

    func mayOccur(in graph: Graph) -> Bool { graph.nodes.contains { $0.operation is MatMul } }

    func match(_ node: Node, _ pattern: Pattern) -> Recognized? {
        guard let product = node.operation as? MatMul, !product.transposeA, !product.transposeB,
            let (softmax, operation) = pattern.call(of: Softmax.self, making: node.operands[0]),
            let rank = Optional(pattern.graph[softmax.results[0]].type.rank), rank == 3 || rank == 4,
            operation.axis == -1 || operation.axis == rank - 1
        else { return nil }
        var (scores, factor) = pattern.unscaled(softmax.operands[0])
        var mask: Recognized.Operand?
        if factor == 1, let found = masked(scores, pattern) {
            (scores, factor) = pattern.unscaled(found.scores)
            mask = found.mask
        }
        guard let (inner, multiply) = pattern.call(of: MatMul.self, making: scores), !multiply.transposeA else {
            return nil
        }
        let query = pattern.unscaled(inner.operands[0])
        let key = pattern.unscaled(inner.operands[1])
        let scale = factor * query.factor * key.factor
        let type = pattern.graph[query.value].type
        guard scale.isFinite, type.rank == rank else { return nil }
        let heads = rank == 4 ? type.dimensions[1].number ?? 1 : 1
        let keyHeads = rank == 4 ? pattern.graph[key.value].type.dimensions[1].number ?? 1 : 1
        var operands: [Recognized.Operand] = [.value(query.value)]
        if multiply.transposeB {
            operands.append(.value(key.value))
        } else {
            let order = Array(0..<rank - 2) + [rank - 1, rank - 2]
            operands.append(.call(Transpose(permutation: order), [.value(key.value)]))
        }
        operands.append(.value(node.operands[1]))
        if let mask { operands.append(mask) }
        let attention = Attention(heads: heads, keyHeads: keyHeads, scale: scale)
        guard fits(attention, operands, result: pattern.graph[node.results[0]].type, pattern) else { return nil }
        return Recognized(operation: attention, operands: operands)
    }

    /// What is added to the scores, and the scores.
    private func masked(_ value: ValueID, _ pattern: Pattern) -> (scores: ValueID, mask: Recognized.Operand)? {
        guard let node = pattern.index.producer(of: value) else { return nil }
        if node.operation is Add {
            for operand in node.operands {
                let scores = pattern.unscaled(operand).value
                guard let mask = pattern.operand(beside: operand, of: node),
                    pattern.call(of: MatMul.self, making: scores) != nil
                else { continue }
                return (operand, .value(mask))
            }
        } else if node.operation is Where {
            // The condition says which scores count, or which don't.
            let (condition, first, second) = (node.operands[0], node.operands[1], node.operands[2])
            let scalar = TensorType(.f32, [])
            if let low = pattern.number(second), low <= Self.blocked {
                return (first, .call(Where(), [.value(condition), .constant(scalar, 0), .constant(scalar, low)]))
            }
            if let low = pattern.number(first), low <= Self.blocked {
                return (second, .call(Where(), [.value(condition), .constant(scalar, low), .constant(scalar, 0)]))
            }
        }
        return nil
    }

    /// Whether the attention takes operands of these types, and makes the result.
    private func fits(
        _ attention: Attention, _ operands: [Recognized.Operand], result: TensorType, _ pattern: Pattern
    ) -> Bool {
        let types = operands.compactMap { type($0, pattern) }
        guard types.count == operands.count else { return false }
        return (try? attention.infer(types).first?.type) == result
    }

    private func type(_ operand: Recognized.Operand, _ pattern: Pattern) -> TensorType? {
        switch operand {
        case .value(let value): return pattern.graph[value].type
        case .constant(let type, _): return type
        case .call(let operation, let operands):
            let types = operands.compactMap { type($0, pattern) }
            return types.count == operands.count ? try? operation.infer(types).first?.type : nil
        }
    }
}
