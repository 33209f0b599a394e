import ApusGraph

// Pooling windows.
extension QuantizedRewriting {
    mutating func takePool(_ number: Int) throws(PassError) -> Bool {
        let node = graph.nodes[number]
        guard let source = node.operands.first.flatMap({ codes[$0] }),
            let size = TensorType(.u8, Array(rewriter.type(source.bytes.value).dimensions.dropFirst(2))).shape,
            size.count == 2
        else { return false }
        switch node.operation {
        case let pool as MaxPool2D where !pool.ceil:
            let pooled = try rewriter.emit(
                QuantizedMaxPool2D(pool), [source.bytes.value], named: "\(graph[node.results[0]].name).codes")
            try setCodes(of: node.results, bytes(pooled), source.grid)
            return true
        case let pool as AveragePool2D where !pool.ceil: return try takeMeans(pool, source, number)
        case is GlobalAveragePool: return try takeMeans(AveragePool2D(window: size), source, number)
        case let mean as ReduceMean where mean.keep && (mean.axes == [2, 3] || mean.axes == [-2, -1]):
            return try takeMeans(AveragePool2D(window: size), source, number)
        default: return false
        }
    }

    private mutating func takeMeans(
        _ pool: AveragePool2D, _ source: Codes, _ number: Int
    ) throws(PassError) -> Bool {
        let tail = tail(after: number)
        let step = tail.grid ?? ByteGrid(scale: 1, zero: 0)
        guard let scale = source.grid.scale(in: step) else { return false }
        let operation = QuantizedAveragePool2D(
            pool, sourceZero: source.grid.zero, scale: scale, result: tail.result)
        let last = graph.nodes[tail.last].results
        guard let grid = tail.grid else {
            absorb(tail.nodes)
            try rewriter.replace(last, with: operation, [source.bytes.value])
            return true
        }
        let means = try rewriter.emit(operation, [source.bytes.value], named: "\(graph[last[0]].name).codes")
        try place(bytes(means), grid, at: tail)
        return true
    }
}
