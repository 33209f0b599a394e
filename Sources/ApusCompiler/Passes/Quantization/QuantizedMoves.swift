import ApusGraph

// What moves elements, and what joins values: their codes go the same way.
extension QuantizedRewriting {
    mutating func takeMove(_ node: Node) throws(PassError) -> Bool {
        guard let source = node.operands.first.flatMap({ codes[$0] }) else { return false }
        let operands: [ValueID]
        var operation = node.operation
        switch operation {
        case is Concat:
            let parts = node.operands.compactMap { codes[$0] }
            guard parts.count == node.operands.count, parts.allSatisfy({ $0.grid == source.grid }) else { return false }
            operands = parts.map(\.bytes.value)
        case var pad as PadConstant:
            guard let code = source.grid.exactCode(pad.value), node.operands.count == 1 else { return false }
            pad.value = Double(code)
            (operation, operands) = (pad, [source.bytes.value])
        default:
            guard operation.movesElements, node.operands.count == 1 else { return false }
            operands = [source.bytes.value]
        }
        let names = node.results.map { rewriter.freshName("\(graph[$0].name).codes") }
        let moved = try rewriter.apply(operation, to: operands, names: names)
        for (result, value) in zip(node.results, moved) {
            try setCodes(
                of: [result], bytes(value, of: operation.isReshape ? source.bytes.image : nil), source.grid)
        }
        return true
    }
}
