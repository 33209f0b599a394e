import ApusGraph

/// Makes a layer norm or an RMS norm of the mean, the squares, the root and the division that it is written with.
///
/// What is found is `(x − mean) / sqrt(mean of squares + epsilon)`, the squares being a product or a power of 2, the division a
/// quotient or a product with a reciprocal, with a scale and a shift behind it where they are parameters of a row's shape.
struct RecognizeNorms: RecognizingPass {
    let name = "recognize-norms"

    /// Rows that are brought to one deviation.
    private struct Rows {
        var x: ValueID
        var axis: Int
        var epsilon: Double
        var isCentered: Bool
    }

    func mayOccur(in graph: Graph) -> Bool { graph.nodes.contains { $0.operation is SquareRoot } }

    func match(_ node: Node, _ pattern: Pattern) -> Recognized? {
        // The longest form first: where a scale or a shift follows, its node is the end.
        if let (rows, scale, bias) = shifted(node, pattern) {
            return recognized(rows, scale: scale, bias: bias, pattern)
        }
        return nil
    }

    /// `normal · scale + bias`, `normal · scale` or `normal`, unless what reads it goes on.
    private func shifted(_ node: Node, _ pattern: Pattern) -> (Rows, scale: ValueID?, bias: ValueID?)? {
        guard let result = node.results.first else { return nil }
        if node.operation is Add {
            for operand in node.operands {
                guard let bias = pattern.operand(beside: operand, of: node),
                    let (rows, scale) = scaled(operand, pattern), rows.isCentered,
                    isRow(bias, of: rows, pattern)
                else { continue }
                return (rows, scale, bias)
            }
        }
        guard let (rows, scale) = scaled(result, pattern), !goesOn(result, rows, pattern) else { return nil }
        return (rows, scale, nil)
    }

    /// Whether a scale or a shift follows, so that the end comes later.
    private func goesOn(_ result: ValueID, _ rows: Rows, _ pattern: Pattern) -> Bool {
        guard let reader = pattern.index.soleConsumer(of: result) else { return false }
        let node = pattern.graph.nodes[reader]
        guard node.operation is Multiply || node.operation is Add && rows.isCentered,
            let other = pattern.operand(beside: result, of: node)
        else { return false }
        return isRow(other, of: rows, pattern)
    }

    private func scaled(_ value: ValueID, _ pattern: Pattern) -> (Rows, scale: ValueID?)? {
        if let rows = normal(value, pattern) { return (rows, nil) }
        guard let (node, _) = pattern.call(of: Multiply.self, making: value) else { return nil }
        for operand in node.operands {
            guard let scale = pattern.operand(beside: operand, of: node), let rows = normal(operand, pattern),
                isRow(scale, of: rows, pattern)
            else { continue }
            return (rows, scale)
        }
        return nil
    }

    /// `centered / deviation`, or `centered · (1 / deviation)`.
    private func normal(_ value: ValueID, _ pattern: Pattern) -> Rows? {
        guard let node = pattern.index.producer(of: value), node.operands.count == 2 else { return nil }
        if node.operation is Divide { return rows(node.operands[0], deviation: node.operands[1], pattern) }
        guard node.operation is Multiply else { return nil }
        for operand in node.operands {
            guard let other = pattern.operand(beside: operand, of: node),
                let deviation = reciprocal(other, pattern)
            else { continue }
            return rows(operand, deviation: deviation, pattern)
        }
        return nil
    }

    /// What the value is one over.
    private func reciprocal(_ value: ValueID, _ pattern: Pattern) -> ValueID? {
        if let (node, _) = pattern.call(of: Reciprocal.self, making: value) { return node.operands[0] }
        guard let (node, _) = pattern.call(of: Divide.self, making: value), pattern.number(node.operands[0]) == 1 else {
            return nil
        }
        return node.operands[1]
    }

    private func rows(_ centered: ValueID, deviation: ValueID, _ pattern: Pattern) -> Rows? {
        guard let (root, _) = pattern.call(of: SquareRoot.self, making: deviation),
            let (sum, _) = pattern.call(of: Add.self, making: root.operands[0]),
            let (variance, epsilon) = pattern.operandBesideNumber(sum), LayerNorm.epsilons.contains(epsilon),
            let axis = meanOfSquares(variance, of: centered, pattern)
        else { return nil }
        if let (difference, _) = pattern.call(of: Subtract.self, making: centered),
            let (mean, reduction) = pattern.call(of: ReduceMean.self, making: difference.operands[1]),
            mean.operands[0] == difference.operands[0], reduction.keep,
            firstAxis(reduction.axes, of: mean.operands[0], pattern) == axis
        {
            return Rows(x: mean.operands[0], axis: axis, epsilon: epsilon, isCentered: true)
        }
        return Rows(x: centered, axis: axis, epsilon: epsilon, isCentered: false)
    }

    /// The first axis of the rows whose mean of squares the value is.
    private func meanOfSquares(_ value: ValueID, of x: ValueID, _ pattern: Pattern) -> Int? {
        guard let (mean, reduction) = pattern.call(of: ReduceMean.self, making: value), reduction.keep,
            let square = pattern.index.producer(of: mean.operands[0])
        else { return nil }
        let isSquare =
            square.operation is Multiply && square.operands == [x, x]
            || square.operation is Power && square.operands[0] == x && pattern.number(square.operands[1]) == 2
        return isSquare ? firstAxis(reduction.axes, of: x, pattern) : nil
    }

    /// The first of the axes, where all behind it are among them.
    private func firstAxis(_ axes: [Int], of x: ValueID, _ pattern: Pattern) -> Int? {
        let rank = pattern.graph[x].type.rank
        let numbers = Set(axes.map { $0 < 0 ? $0 + rank : $0 })
        guard let first = numbers.min(), numbers == Set(first..<rank) else { return nil }
        return first
    }

    /// Whether a value has a number for each place of a row, and is the same for all rows.
    private func isRow(_ value: ValueID, of rows: Rows, _ pattern: Pattern) -> Bool {
        let dimensions = pattern.graph[rows.x].type.dimensions
        let type = pattern.graph[value].type
        return type == TensorType(.f32, Array(dimensions[rows.axis...])) && type.shape != nil
            && pattern.index.producer(of: value) == nil
    }

    private func recognized(_ rows: Rows, scale: ValueID?, bias: ValueID?, _ pattern: Pattern) -> Recognized? {
        let x = pattern.graph[rows.x].type
        let row = TensorType(.f32, Array(x.dimensions[rows.axis...]))
        guard x.elementType == .f32, row.shape != nil, rows.axis > 0 || !x.isBatched else { return nil }
        let factors = scale.map { Recognized.Operand.value($0) } ?? .constant(row, 1)
        let axis = rows.axis - x.rank
        guard rows.isCentered else {
            return Recognized(
                operation: RootMeanSquareNorm(axis: axis, epsilon: rows.epsilon), operands: [.value(rows.x), factors])
        }
        return Recognized(
            operation: LayerNorm(axis: axis, epsilon: rows.epsilon),
            operands: [.value(rows.x), factors, bias.map { .value($0) } ?? .constant(row, 0)])
    }
}
