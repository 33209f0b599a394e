import ApusGraph

extension ExportTable {
    static let products: [ExportEntry] = [
        .of(Dense.self) { _, node throws(NodeFailure) in
            node.finish("Gemm", node.operands(), ["transB": .flag(true)])
        },
        .of(Linear.self) { _, node throws(NodeFailure) in try node.multiplyRows() },
        .of(MatMul.self) { operation, node throws(NodeFailure) in
            let (first, second) = (node.operand(0), node.operand(1))
            if node.rank(0) == 2, node.rank(1) == 2, operation.transposeA || operation.transposeB {
                return node.finish(
                    "Gemm", [first, second],
                    ["transA": .flag(operation.transposeA), "transB": .flag(operation.transposeB)])
            }
            let a = operation.transposeA ? node.transposeMatrices(first, rank: node.rank(0)) : first
            let b = operation.transposeB ? node.transposeMatrices(second, rank: node.rank(1)) : second
            node.finish("MatMul", [a, b])
        },
        .of(Gemm.self) { operation, node throws(NodeFailure) in
            node.finish(
                "Gemm", node.operands(),
                [
                    "alpha": .float(operation.alpha), "beta": .float(operation.beta),
                    "transA": .flag(operation.product.transposeA), "transB": .flag(operation.product.transposeB),
                ])
        },
        .of(Einsum.self) { operation, node throws(NodeFailure) in
            node.finish("Einsum", node.operands(), ["equation": .string(operation.equation)])
        },
        // The default operators have none.
        .of(Inverse.self) { _, node throws(NodeFailure) in
            node.finish("Inverse", node.operands(), domain: .microsoft)
        },
    ]
}

extension NodeExport {
    /// A dense layer on the rows of a value of any rank: gemm takes matrices only.
    fileprivate mutating func multiplyRows() throws(NodeFailure) {
        var inputs = operands()
        let (x, y) = (type().dimensions, resultType().dimensions)
        guard x.count > 2 else { return finish("Gemm", inputs, ["transB": .flag(true)]) }
        let rows = [Dimension.product(x.dropLast()), x[x.count - 1]]
        inputs[0] = try reshape(inputs[0], from: x, to: rows)
        let product = emit("Gemm", inputs, ["transB": .flag(true)])
        finish("Reshape", [product, try target(from: [rows[0], y[y.count - 1]], to: y)])
    }

    fileprivate mutating func transposeMatrices(_ value: String, rank: Int) -> String {
        transpose(value, Array(0..<rank - 2) + [rank - 1, rank - 2])
    }
}
