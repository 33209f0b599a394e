import ApusGraph

// Sums of two values of one shape.
extension QuantizedRewriting {
    mutating func takeSum(_ number: Int) throws(PassError) -> Bool {
        let node = graph.nodes[number]
        guard node.operation is Add, node.operands.count == 2, let x = codes[node.operands[0]],
            let y = codes[node.operands[1]], rewriter.type(x.bytes.value) == rewriter.type(y.bytes.value)
        else { return false }
        let tail = tail(after: number)
        guard let grid = tail.grid, let first = term(x, grid), let second = term(y, grid) else { return false }
        let sum = try rewriter.emit(
            QuantizedAdd(first, second, result: tail.result), [x.bytes.value, y.bytes.value],
            named: "\(graph[graph.nodes[tail.last].results[0]].name).codes")
        try place(bytes(sum), grid, at: tail)
        return true
    }

    /// What codes stand for in steps of a grid; nil where that is no number of single precision.
    private func term(_ codes: Codes, _ grid: ByteGrid) -> QuantizedAdd.Term? {
        guard let scale = codes.grid.scale(in: grid) else { return nil }
        return QuantizedAdd.Term(scale: scale, zero: codes.grid.zero)
    }
}
