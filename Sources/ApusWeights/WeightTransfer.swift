public import ApusGraph

/// How the parameters of a model and weights from elsewhere go together by their names.
public struct WeightTransfer: Sendable, Equatable {
    /// A parameter whose namesake has another shape.
    public struct Mismatch: Sendable, Equatable {
        public var name: String
        /// The model's.
        public var shape: [Int]
        /// The other's.
        public var found: [Int]

        public init(name: String, shape: [Int], found: [Int]) {
            self.name = name
            self.shape = shape
            self.found = found
        }
    }

    /// The model with all weights that it could take.
    public let model: Model
    /// Parameters that have their weights from there, in the model's order.
    public let matched: [String]
    /// Parameters of the model that are not there.
    public let missingThere: [String]
    /// What is there and is no parameter of the model, sorted.
    public let missingHere: [String]
    public let mismatched: [Mismatch]

    /// - Parameters:
    ///   - model: with explicit parameters.
    ///   - weights: from elsewhere; of several tensors with one name the first one counts.
    public init(_ weights: [StoredTensor], into model: Model) {
        let byName = Dictionary(weights.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        var model = model
        var (matched, missing, mismatched) = ([String](), [String](), [Mismatch]())
        for parameter in model.graph.parameters {
            let value = model.graph[parameter.value]
            let shape = value.type.shape ?? []
            guard let tensor = byName[value.name] else {
                missing.append(value.name)
                continue
            }
            guard tensor.shape == shape else {
                mismatched.append(Mismatch(name: value.name, shape: shape, found: tensor.shape))
                continue
            }
            matched.append(value.name)
            model.weights[value.name] = tensor.weights
        }
        let names = Set(model.graph.parameters.map { model.graph[$0.value].name })
        self.model = model
        self.matched = matched
        missingThere = missing
        missingHere = byName.keys.filter { !names.contains($0) }.sorted()
        self.mismatched = mismatched
    }
}
