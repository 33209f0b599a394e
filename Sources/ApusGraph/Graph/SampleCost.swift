extension Graph {
    /// The multiply-adds of a call for one sample of the batch; the largest number where there are more.
    ///
    /// An operator's cost is that of one step along the first dimension. Where this is `196*N`, a sample has 196 of them.
    package func multiplyAdds(of node: Node) -> Int {
        let operands = node.operands.map { self[$0].type }
        let cost = node.operation.cost(operands: operands, results: node.results.map { self[$0].type })
        let (product, isOverflow) = cost.multiplyAdds.multipliedReportingOverflow(by: operands.stepsOfSample)
        return isOverflow ? .max : product
    }
}

extension [TensorType] {
    /// How many steps along its first dimension a sample has, of the first type that has a batch; 1 where that can't be told.
    var stepsOfSample: Int {
        guard let first = first(where: \.isBatched)?.dimensions.first, first.symbols.count == 1 else { return 1 }
        return first.symbols.first.flatMap { first.multiple(of: $0) } ?? 1
    }
}

extension CompositeOperator {
    /// The multiply-adds of what it stands for.
    public func cost(operands: [TensorType], results: [TensorType]) -> Cost {
        guard let graph = composition(operands) else { return Cost(multiplyAdds: 0) }
        let sample = graph.nodes.reduce(0) { sum, node in
            let (total, isOverflow) = sum.addingReportingOverflow(graph.multiplyAdds(of: node))
            return isOverflow ? .max : total
        }
        return Cost(multiplyAdds: sample / operands.stepsOfSample)
    }
}
