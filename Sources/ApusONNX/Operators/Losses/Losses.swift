import ApusGraph

extension OperatorTable {
    static let losses: [OperatorEntry] = [
        OperatorEntry("NegativeLogLikelihoodLoss", since: 12) { node throws(NodeFailure) in
            node.finish(try node.labelLoss(node.input(0)))
        },
        OperatorEntry("SoftmaxCrossEntropyLoss", since: 12) { node throws(NodeFailure) in
            let logarithms = try node.apply(LogSoftmax(axis: 1), node.input(0))
            node.finish(try node.labelLoss(logarithms))
            if node.makes(1) { node.finish(logarithms, output: 1) }
        },
    ]
}

extension NodeImport {
    /// The loss of logarithms of probabilities `[N, classes, ...]` for the labels, input 1, with weights of the classes, input 2.
    fileprivate mutating func labelLoss(_ logarithms: ValueID) throws(NodeFailure) -> ValueID {
        let reduction = try string("reduction", default: "mean")
        guard ["none", "sum", "mean"].contains(reduction) else { throw failure("'reduction' is '\(reduction)'") }
        let labels = try input(1)
        guard rank(labels) == rank(logarithms) - 1 else {
            throw failure("its labels are \(type(labels)), for \(type(logarithms))")
        }
        var chosen = labels
        var isIgnored: ValueID?
        if let ignored = try optionalInt("ignore_index") {
            let places = try apply(Equal(), labels, scalar(Double(ignored), like: labels))
            chosen = try apply(Where(), places, scalar(0, like: labels), labels)
            isIgnored = places
        }
        let picked = try apply(GatherElements(axis: 1), logarithms, apply(Unsqueeze(axes: [1]), chosen))
        var losses = try apply(Negate(), apply(Squeeze(axes: [1]), picked))
        var weights = try optionalInput(2)
        if let own = weights {
            weights = try apply(Gather(), own, chosen)
            losses = try apply(Multiply(), losses, weights ?? own)
        }
        if let isIgnored {
            let zero = try scalar(0, like: losses)
            losses = try apply(Where(), isIgnored, zero, losses)
            let one = try scalar(1, like: losses)
            weights = try apply(Where(), isIgnored, zero, weights ?? one)
        }
        switch reduction {
        case "none": return losses
        case "sum": return try apply(ReduceSum(), losses)
        default:
            guard let weights else { return try apply(ReduceMean(), losses) }
            return try apply(Divide(), apply(ReduceSum(), losses), apply(ReduceSum(), weights))
        }
    }
}
