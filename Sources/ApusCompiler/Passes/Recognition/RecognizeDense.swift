import ApusGraph

/// Makes linear layers of products with a fixed matrix and of what is added to each row behind them, as exporters write dense layers:
/// `matmul(x, w) + b`. Their weights can be packed, and their biases and activations cost nothing.
///
/// Only for inference: the layer's weight is the matrix transposed, which ``FoldConstants`` then computes.
struct RecognizeDense: RecognizingPass {
    let name = "recognize-dense"

    /// A product of rows with a fixed matrix.
    private struct Product {
        var rows: ValueID
        var weight: Recognized.Operand
        var units: Int
    }

    func mayOccur(in graph: Graph) -> Bool { graph.nodes.contains { $0.operation is MatMul } }

    func match(_ node: Node, _ pattern: Pattern) -> Recognized? {
        if let product = product(node, pattern) { return layer(product, bias: nil, pattern) }
        guard node.operation is Add, node.operands.count == 2 else { return nil }
        for (made, bias) in [(0, 1), (1, 0)].map({ (node.operands[$0], node.operands[$1]) }) {
            guard pattern.index.soleConsumer(of: made) != nil, let producer = pattern.index.producer(of: made),
                let product = product(producer, pattern), isBias(bias, of: product, pattern)
            else { continue }
            return layer(product, bias: bias, pattern)
        }
        return nil
    }

    private func product(_ node: Node, _ pattern: Pattern) -> Product? {
        guard let operation = node.operation as? MatMul, !operation.transposeA else { return nil }
        let (rows, matrix) = (node.operands[0], node.operands[1])
        guard pattern.graph[matrix].type.rank == 2, let shape = pattern.graph[matrix].type.shape,
            pattern.graph[rows].type.dimensions.last?.number != nil, pattern.fixed.contains(matrix),
            !pattern.fixed.contains(rows)
        else { return nil }
        return Product(
            rows: rows,
            weight: operation.transposeB ? .value(matrix) : .call(Transpose(permutation: [1, 0]), [.value(matrix)]),
            units: shape[operation.transposeB ? 0 : 1])
    }

    /// Whether it is a fixed number for each unit.
    private func isBias(_ value: ValueID, of product: Product, _ pattern: Pattern) -> Bool {
        let type = pattern.graph[value].type
        guard pattern.fixed.contains(value), type.elementType == .f32, let shape = type.shape,
            shape.count <= pattern.graph[product.rows].type.rank
        else { return false }
        return shape.last == product.units && shape.dropLast().allSatisfy { $0 == 1 }
    }

    private func layer(_ product: Product, bias: ValueID?, _ pattern: Pattern) -> Recognized {
        var operands: [Recognized.Operand] = [.value(product.rows), product.weight]
        if let bias {
            let isVector = pattern.graph[bias].type.rank == 1
            operands.append(isVector ? .value(bias) : .call(Reshape(whole: [.fixed(product.units)]), [.value(bias)]))
        }
        let isMatrix = pattern.graph[product.rows].type.rank == 2
        return Recognized(
            operation: isMatrix
                ? Dense(units: product.units, bias: bias != nil) : Linear(units: product.units, bias: bias != nil),
            operands: operands)
    }
}
