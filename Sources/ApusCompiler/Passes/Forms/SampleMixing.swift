import ApusGraph

// Which graphs can be cut over the samples of a batch.
extension Graph {
    /// The symbol of the batch: `N`, or the one symbol that there is where it leads an input's shape. Nil where there is none.
    var batchSymbol: String? {
        let symbols = inputs.reduce(into: Set<String>()) { $0.formUnion(self[$1].type.symbols) }
        if symbols.contains("N") { return "N" }
        guard symbols.count == 1, let symbol = symbols.first else { return nil }
        return inputs.contains { self[$0].type.dimensions.first?.symbol == symbol } ? symbol : nil
    }

    /// The first value, as far as it is read from outside in the end, that depends on several samples at once, so that each can't be
    /// computed by itself; nil where there is none. The gradients of a training graph are sums over the samples, and mix nothing.
    /// O(nodes).
    ///
    /// - Parameter trains: whether the graph is to be trained, or is a training graph already: its shards can wait for each other,
    ///   so that samples may read sums over all of them.
    func valueMixingSamples(of symbol: String, trains: Bool = false) -> ValueID? {
        var live = Set(roots)
        for node in nodes.reversed() where node.results.contains(where: live.contains) {
            live.formUnion(node.operands)
        }
        let misplaced = live.filter { !self[$0].type.leads(with: symbol) }
        if let first = misplaced.min(by: { $0.index < $1.index }) { return first }
        let isTraining = trains || !gradients.isEmpty || !updates.isEmpty
        var isMade = Set(inputs)
        for node in nodes where node.results.contains(where: live.contains) {
            let types = node.operands.map { self[$0].type }
            guard node.operands.contains(where: isMade.contains) else { continue }
            isMade.formUnion(node.results)
            guard types.contains(where: \.isBatched) else { continue }
            if isTraining {
                // Sums over the batch are made by instructions that add up what each sample gives.
                if node.results.allSatisfy({ self[$0].type.isBatched }), !node.operation.keepsSamplesApart(types) {
                    return node.results[0]
                }
            } else if !node.operation.keepsSamplesApart(types)
                || node.results.contains(where: { !self[$0].type.isBatched })
            {
                return node.results[0]
            }
        }
        // All samples would write what they have in common.
        return isTraining ? nil : outputs.first { isMade.contains($0) && !self[$0].type.isBatched }
    }
}

extension TensorType {
    /// Whether the symbol is nowhere but in the first dimension, and there by itself or a whole number of times.
    fileprivate func leads(with symbol: String) -> Bool {
        dimensions.enumerated().allSatisfy { index, dimension in
            !dimension.symbols.contains(symbol) || index == 0 && dimension.multiple(of: symbol) != nil
        }
    }
}
