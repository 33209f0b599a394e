import ApusGraph

// Products of matrices, and dense layers of any rank.
extension OperatorCase {
    static let products: [String: Generator] = [
        "matmul": { random in
            let (product, operands) = matrices(&random)
            return OperatorCase(product, operands, differentiable: [0, 1])
        },
        "gemm": { random in
            let (rows, depth, columns) = (random.integer(1...3), random.integer(1...3), random.integer(1...3))
            let product = MatMul(transposeA: random.chance(0.3), transposeB: random.chance(0.5))
            let first: Dimension = !product.transposeA && random.chance(0.5) ? "N" : .fixed(rows)
            let a = matrix(first, .fixed(depth), isTransposed: product.transposeA)
            let b = matrix(.fixed(depth), .fixed(columns), isTransposed: product.transposeB)
            let c = random.pick([], [TensorType(.f32, [.fixed(columns)])], [TensorType(.f32, [first, 1])])
            return OperatorCase(
                Gemm(alpha: random.pick(1, 0.5), beta: random.pick(1, 2), product: product), [a, b] + c,
                differentiable: Array(0..<2 + c.count))
        },
        "einsum": { random in
            let equation = random.pick(
                "bij,bjk->bik", "nqd,nkd->nqk", "nqd,kd->nqk", "ij->ji", "nij->ni", "ij", "ij,jk", "bi,bj->bij",
                "bi,bi->b",
                "b,b->", "nci,oc->noi", "nijk,nkjl->nil", "ij -> ")
            let operation = Einsum(equation)
            var sizes: [Character: Dimension] = ["n": "N", "b": "N"]
            let terms = equation.filter { $0 != " " }.split(separator: "-")[0].split(separator: ",")
            let operands = terms.map { term in
                TensorType(
                    .f32,
                    term.map { letter in
                        let size = sizes[letter] ?? .fixed(random.integer(1...3))
                        sizes[letter] = size
                        return size
                    })
            }
            return OperatorCase(operation, operands, differentiable: Array(operands.indices))
        },
        "inverse": { random in
            let rows = Dimension.fixed(random.integer(1...4))
            let x = TensorType(.f32, random.pick([], ["N"], [2], ["N", 2]) + [rows, rows])
            return OperatorCase(Inverse(), [x], draws: [.invertible], differentiable: [0])
        },
        "linear": { random in
            let operation = Linear(units: random.integer(1...3), bias: random.chance(0.6))
            let places = (0..<random.integer(0...2)).map { _ in Dimension.fixed(random.integer(1...3)) }
            let x = TensorType(
                .f32, [random.chance(0.7) ? "N" : 2] + places + [.fixed(random.integer(1...3))])
            let operands = [x] + operation.implicitParameters([x]).map(\.type)
            return OperatorCase(operation, operands, differentiable: Array(operands.indices))
        },
    ]

    private static func matrix(_ rows: Dimension, _ columns: Dimension, isTransposed: Bool) -> TensorType {
        TensorType(.f32, isTransposed ? [columns, rows] : [rows, columns])
    }

    /// Two matrices, or batches of matrices that are broadcast.
    private static func matrices(_ random: inout SeededRandom) -> (MatMul, [TensorType]) {
        let product = MatMul(transposeA: random.chance(0.4), transposeB: random.chance(0.4))
        let (rows, depth, columns) = (random.integer(1...3), random.integer(1...3), random.integer(1...3))
        var a = matrix(.fixed(rows), .fixed(depth), isTransposed: product.transposeA).dimensions
        var b = matrix(.fixed(depth), .fixed(columns), isTransposed: product.transposeB).dimensions
        let count = random.integer(1...2)
        let batch: [[Dimension]] = random.pick(
            [[], []], [["N"], []], [["N", .fixed(count)], []], [["N"], ["N"]], [[.fixed(count)], [1]],
            [["N", 1], [.fixed(count)]], [[], ["N"]])
        if batch == [[], []], !product.transposeA, random.chance(0.5) { a[0] = "N" }
        a = batch[0] + a
        b = batch[1] + b
        return (product, [TensorType(.f32, a), TensorType(.f32, b)])
    }
}
