import ApusGraph

// Functions of one number, whose codes are looked up in a table.
extension QuantizedRewriting {
    /// Takes a chain of element-wise functions of a value with codes, up to where it becomes codes again.
    mutating func takeFunction(_ number: Int) throws(PassError) -> Bool {
        guard let (source, place) = functionSource(of: graph.nodes[number]), let codes = codes[source] else {
            return false
        }
        var numbers = values(of: codes.grid)
        guard apply(graph.nodes[number], at: place, to: &numbers) else { return false }
        var nodes: [Int] = []
        var last = number
        while let next = known.index.soleConsumer(of: graph.nodes[last].results[0]) {
            nodes.append(next)
            let node = graph.nodes[next]
            if node.operation is QuantizeLinear {
                guard let grid = known.grid(node, codes: graph[node.results[0]].type.elementType) else { return false }
                let name = graph[node.results[0]].name
                let looked = try look(up: codes, table: numbers.map(grid.code), grid, name)
                try self.place(looked, grid, at: QuantizedTail(nodes: nodes, known))
                return true
            }
            guard let (_, place) = functionSource(of: node), apply(node, at: place, to: &numbers) else { return false }
            last = next
        }
        return false
    }

    /// Codes of another grid for what codes stand for.
    mutating func converted(_ codes: Codes, to grid: ByteGrid, _ result: ValueID) throws(PassError) -> Bytes {
        try look(up: codes, table: values(of: codes.grid).map(grid.code), grid, graph[result].name)
    }

    private mutating func look(
        up codes: Codes, table: [Int], _ grid: ByteGrid, _ name: String
    ) throws(PassError) -> Bytes {
        let entries = try constant("\(name).table", .u8, [256], .integers(table))
        let value = try rewriter.emit(
            ByteTable(), [codes.bytes.value, entries], named: "\(name).codes")
        return bytes(value)
    }

    /// The numbers that all bytes stand for.
    private func values(of grid: ByteGrid) -> [Double] { (0...255).map(grid.number) }

    /// Of an element-wise operator, the one operand that is not a constant number, and its place.
    private func functionSource(of node: Node) -> (value: ValueID, place: Int)? {
        guard node.operation.expression != nil || node.operation.asElementwise != nil, node.results.count == 1 else {
            return nil
        }
        let open = node.operands.indices.filter { known.number(node.operands[$0]) == nil }
        guard open.count == 1, graph[node.results[0]].type == graph[node.operands[open[0]]].type else { return nil }
        return (node.operands[open[0]], open[0])
    }

    /// Computes a function of the operand at this place, and of constant numbers; false where a result is no number.
    private func apply(_ node: Node, at place: Int, to numbers: inout [Double]) -> Bool {
        let operands = node.operands.indices.map { index in
            index == place
                ? Tensor(shape: [numbers.count], elements: numbers)
                : Tensor(shape: [], elements: [known.number(node.operands[index]) ?? 0])
        }
        let results = node.operation.evaluate(operands, results: [[numbers.count]], context: EvaluationContext())
        numbers = results[0].elements
        return numbers.allSatisfy { !$0.isNaN }
    }
}
