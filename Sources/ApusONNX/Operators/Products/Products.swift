import ApusGraph

extension OperatorTable {
    static let products: [OperatorEntry] = [
        OperatorEntry("MatMul") { node throws(NodeFailure) in
            node.finish(try node.product(try node.input(0), try node.input(1)))
        },
        OperatorEntry("Gemm", since: 7) { node throws(NodeFailure) in
            node.finish(
                try node.generalProduct(try node.input(0), try node.input(1), try node.optionalInput(2)))
        },
        OperatorEntry("Einsum") { node throws(NodeFailure) in try node.takeEinsum() },
    ]
}

extension NodeImport {
    /// The product of matrices, or of rows and columns where a value has one dimension.
    mutating func product(
        _ first: ValueID, _ second: ValueID, _ operation: MatMul = MatMul()
    ) throws(NodeFailure) -> ValueID {
        guard rank(first) >= 1, rank(second) >= 1 else { throw failure("multiplies a number that has no dimensions") }
        let (isRow, isColumn) = (rank(first) == 1, rank(second) == 1)
        let a = isRow ? try apply(Unsqueeze(axes: [0]), first) : first
        let b = isColumn ? try apply(Unsqueeze(axes: [1]), second) : second
        let elementType = type(a).elementType
        var result: ValueID
        if elementType.isInteger {
            result = try integerProduct(a, b)
        } else {
            result = try apply(operation, try single(a), try single(b))
        }
        if isRow { result = try apply(Squeeze(axes: [-2]), result) }
        if isColumn { result = try apply(Squeeze(axes: [-1]), result) }
        return try cast(result, to: elementType)
    }

    /// Whole numbers are multiplied and summed as such, so that no digit is lost.
    private mutating func integerProduct(_ a: ValueID, _ b: ValueID) throws(NodeFailure) -> ValueID {
        let products = try apply(
            Multiply(), try apply(Unsqueeze(axes: [-1]), a), try apply(Unsqueeze(axes: [-3]), b))
        return try apply(ReduceSum(axes: [-2]), products)
    }

    /// `alpha · a · b + beta · c`. What is a layer with a weight and a bias becomes one.
    mutating func generalProduct(_ a: ValueID, _ b: ValueID, _ c: ValueID?) throws(NodeFailure) -> ValueID {
        let (alpha, beta) = (try float("alpha", default: 1), try float("beta", default: 1))
        let product = MatMul(transposeA: try flag("transA"), transposeB: try flag("transB"))
        let elementType = type(a).elementType
        guard let shape = type(b).shape, shape.count == 2 else {
            throw failure("multiplies by \(type(b)), and not by a matrix whose dimensions have numbers")
        }
        let (left, right) = (try single(a), try single(b))
        let units = shape[product.transposeB ? 0 : 1]
        let bias = try c.map { (value) throws(NodeFailure) in try single(value) }
        let isLayer =
            alpha == 1 && beta == 1 && !product.transposeA && !isComputed(b)
            && bias.map { type($0).shape == [units] } ?? true
        let result: ValueID
        if isLayer {
            let weight = product.transposeB ? right : try apply(Transpose(permutation: [1, 0]), right)
            result = try applyAll(Dense(units: units, bias: bias != nil), [left, weight] + (bias.map { [$0] } ?? []))[0]
        } else {
            result = try applyAll(
                Gemm(alpha: alpha, beta: beta, product: product), [left, right] + (bias.map { [$0] } ?? []))[0]
        }
        return try cast(result, to: elementType)
    }
}
