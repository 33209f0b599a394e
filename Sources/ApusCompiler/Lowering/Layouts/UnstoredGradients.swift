import ApusGraph
import ApusInstructions

/// The gradients behind a max-pool that are not stored. Their readers compute them in registers, from the pooled gradient and the
/// argmax of each window.
///
/// A reader's chosen candidate says whether it can (``Candidate/pooledOperand``). Where one can't, the gradient is stored, and all
/// readers load it.
struct UnstoredGradients {
    /// The border that the readers need around each pooled gradient, in windows.
    private var borders: [ValueID: Border] = [:]
    /// The same as demands on the pooled gradients.
    private(set) var demands: [Candidate.Demand] = []

    /// - Parameter candidates: the chosen one of each node.
    init(_ context: LoweringContext, _ candidates: [Candidate]) {
        for site in context.sites {
            let value = site.results[0]
            guard let pooled = site.rule.pooledResult,
                let readers = context.index.privateConsumers(of: value), !readers.isEmpty
            else { continue }
            var border = Border()
            let taken = readers.map { candidates[$0].pooledOperand(value, of: context.graph.nodes[$0], pooled) }
            guard !taken.contains(nil) else { continue }
            for operand in taken { if let operand { border.widen(to: operand.border) } }
            borders[value] = border
            demands.append(Candidate.Demand(value: site.operands[pooled.gradientOperand], border: border))
        }
    }

    func contains(_ value: ValueID) -> Bool { borders[value] != nil }

    /// The border that the readers need around the pooled gradient, in windows; nil where the gradient behind the pool is
    /// stored.
    func border(of value: ValueID) -> Border? { borders[value] }
}

extension Candidate {
    /// How it takes `value` as a pool left it; nil where it can't.
    fileprivate func pooledOperand(_ value: ValueID, of node: Node, _ pooled: PooledResult) -> PooledOperand? {
        guard let own = pooledOperand, own.windows == pooled.windows,
            node.operands.indices.filter({ node.operands[$0] == value }) == [own.operand]
        else { return nil }
        return own
    }
}

/// A gradient behind a max-pool that is not stored.
struct UnstoredGradient {
    var argmax: Place
    /// The gradient of what the windows were pooled to.
    var gradient: Stored
    /// Bytes of the argmax of one sample.
    var argmaxStride: Int32
}
