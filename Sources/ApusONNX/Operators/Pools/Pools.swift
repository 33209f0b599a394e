import ApusGraph

extension OperatorTable {
    static let pools: [OperatorEntry] = [
        OperatorEntry("MaxPool") { node throws(NodeFailure) in try node.takeMaxPool() },
        OperatorEntry("AveragePool") { node throws(NodeFailure) in try node.takeAveragePool() },
        OperatorEntry("LpPool") { node throws(NodeFailure) in try node.takeLpPool() },
        OperatorEntry("GlobalAveragePool") { node throws(NodeFailure) in
            try node.takeGlobalPool(GlobalAveragePool(), { ReduceMean(axes: $0, keep: true) })
        },
        OperatorEntry("GlobalMaxPool") { node throws(NodeFailure) in
            try node.takeGlobalPool(GlobalMaxPool(), { ReduceMax(axes: $0, keep: true) })
        },
        OperatorEntry("GlobalLpPool") { node throws(NodeFailure) in try node.takeGlobalLpPool() },
        OperatorEntry("MaxUnpool") { node throws(NodeFailure) in try node.takeMaxUnpool() },
    ]
}

extension NodeImport {
    /// The window of a pool over the input.
    mutating func poolWindow(_ x: ValueID) throws(NodeFailure) -> ImportedWindow {
        guard let size = try optionalInts("kernel_shape"), !size.isEmpty else { throw failure("has no 'kernel_shape'") }
        var window = try window(size, over: x)
        window.ceils = try flag("ceil_mode")
        if ["SAME_UPPER", "SAME_LOWER"].contains(try string("auto_pad", default: "NOTSET")) { window.ceils = false }
        return window
    }

    /// Whether the pools of ours take such a window.
    func isPlain(_ window: ImportedWindow) -> Bool {
        (1...3).contains(window.rank) && !window.isDilated
            && window.size.indices.allSatisfy { axis in
                (0..<window.size[axis]).contains(window.before[axis])
                    && (0..<window.size[axis]).contains(window.after[axis])
            }
    }

    fileprivate mutating func takeAveragePool() throws(NodeFailure) {
        let x = try input(0)
        let window = try poolWindow(x)
        let counts = try flag("count_include_pad")
        let value = try single(x)
        let result: ValueID
        if isPlain(window) {
            let operations: [any Operator.Type] = [AveragePool1D.self, AveragePool2D.self, AveragePool3D.self]
            let operation = try make(
                operations[window.rank - 1],
                window.attributes("window") + [
                    Attribute("ceil", .boolean(window.ceils)), Attribute("count_padding", .boolean(counts)),
                ])
            result = try apply(operation, value)
        } else {
            let extents = try numbers(type(x).dimensions.dropFirst(2), "a dimension of the input")
            let sums = try fold(value, window, fill: 0, Add())
            result = try apply(Divide(), sums, try constant(try placeCounts(window, extents, countsPadding: counts)))
        }
        finish(try cast(result, to: type(x).elementType))
    }

    /// How many places of each window count for its mean, `[1, 1, windows...]`.
    private func placeCounts(
        _ window: ImportedWindow, _ extents: [Int], countsPadding: Bool
    ) throws(NodeFailure) -> Tensor {
        var (shape, products) = ([1, 1], [1.0])
        for (axis, extent) in extents.enumerated() {
            let output = window.output(axis, input: extent)
            try requireRoom(elements: [output, products.count].saturatedProduct)
            let low = countsPadding ? -window.before[axis] : 0
            let high = countsPadding ? extent + window.after[axis] : extent
            let dilation = window.dilation[axis]
            let counts = (0..<max(output, 0)).map { output in
                let start = output * window.stride[axis] - window.before[axis]
                let first = start < low ? (low - start + dilation - 1) / dilation : 0
                let end = start < high ? min(window.size[axis], (high - 1 - start) / dilation + 1) : 0
                return max(end - first, 0)
            }
            shape.append(counts.count)
            products = products.flatMap { product in counts.map { product * Double($0) } }
        }
        return Tensor(shape: shape, elements: products)
    }

    fileprivate mutating func takeLpPool() throws(NodeFailure) {
        let x = try input(0)
        let window = try poolWindow(x)
        let p = try int("p", default: 2)
        guard p >= 1 else { throw failure("'p' is \(p)") }
        let value = try single(x)
        let result: ValueID
        if isPlain(window) {
            let operation = try make(
                LpPool.self,
                window.attributes("window") + [
                    Attribute("ceil", .boolean(window.ceils)), Attribute("p", .integer(p)),
                ])
            result = try apply(operation, value)
        } else {
            let sums = try fold(try apply(magnitude(p), value), window, fill: 0, Add())
            result = try apply(root(p), sums)
        }
        finish(try cast(result, to: type(x).elementType))
    }

    /// `|x|` to a power.
    private func magnitude(_ p: Int) -> Expression {
        let magnitude = Expression.unary(.absolute, .operand(0))
        return p == 1
            ? magnitude : p == 2 ? .operand(0) * .operand(0) : .binary(.power, magnitude, .constant(Double(p)))
    }

    private func root(_ p: Int) -> Expression {
        p == 1
            ? .operand(0) : p == 2 ? .squareRoot(.operand(0)) : .binary(.power, .operand(0), .constant(1 / Double(p)))
    }

    fileprivate mutating func takeGlobalPool(
        _ pool: any Operator, _ reduction: ([Int]) -> any Operator
    ) throws(NodeFailure) {
        let x = try input(0)
        let isImage = type(x).elementType == .f32 && rank(x) >= 3
        guard rank(x) >= 2 else { throw failure("pools \(type(x)), which has no channels") }
        if rank(x) == 2 { return try finish(Identity(), x) }
        try finish(isImage ? pool : reduction(Array(2..<rank(x))), x)
    }

    fileprivate mutating func takeGlobalLpPool() throws(NodeFailure) {
        let x = try input(0)
        let p = try int("p", default: 2)
        guard p >= 1, rank(x) >= 3 else { throw failure("pools \(type(x)) with a power of \(p)") }
        let sums = try apply(
            ReduceSum(axes: Array(2..<rank(x)), keep: true), try apply(magnitude(p), try single(x)))
        finish(try cast(try apply(root(p), sums), to: type(x).elementType))
    }
}
