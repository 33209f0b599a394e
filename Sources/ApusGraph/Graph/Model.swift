/// A graph with what it needs to be used: weights, labels, and how to prepare an input.
public struct Model: Sendable, Equatable {
    public var graph: Graph
    /// The elements of each parameter by name, in row-major order. Parameters that are not in it are not yet trained.
    public var weights: [String: [Float]]
    /// The names of the classes, in the order of the output; empty where there are none.
    public var labels: [String]
    /// How an input is prepared, by name: the fields of `InputPreparation` of ApusData.
    public var preparation: [Field]
    /// Where the model comes from: the epoch and the accuracy it was chosen by.
    public var notes: [Field]

    public init(
        graph: Graph, weights: [String: [Float]] = [:], labels: [String] = [], preparation: [Field] = [],
        notes: [Field] = []
    ) {
        self.graph = graph
        self.weights = weights
        self.labels = labels
        self.preparation = preparation
        self.notes = notes
    }
}
