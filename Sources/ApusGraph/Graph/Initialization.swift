extension Initializer {
    /// The elements that a parameter of this name starts with: a pure function of seed, name and element.
    ///
    /// The random numbers are those of Philox4x32-10 with the seed as key and, as counter, the number of the element by
    /// fours and the name's 64-bit FNV-1a hash, so that a parameter starts alike whatever else is in the model.
    public func elements(count: Int, seed: UInt64, parameter: String) -> [Float] {
        switch self {
        case .constant(let value):
            return Array(repeating: Float(value), count: count)
        case .glorotUniform(let fanIn, let fanOut):
            let bound = (6 / Double(fanIn + fanOut)).squareRoot()
            return InitialRandom(seed: seed, parameter: parameter).uniform(count: count, bound: bound)
        case .heNormal(let fanIn):
            let deviation = (2 / Double(fanIn)).squareRoot()
            return InitialRandom(seed: seed, parameter: parameter).normal(count: count, deviation: deviation)
        case .uniform(let bound):
            return InitialRandom(seed: seed, parameter: parameter).uniform(count: count, bound: bound)
        case .normal(let deviation):
            return InitialRandom(seed: seed, parameter: parameter).normal(count: count, deviation: deviation)
        }
    }
}

extension Model {
    /// The model with every parameter that has no weights yet filled by its initializer. The same seed gives the same
    /// weights.
    public func initialized(seed: UInt64) -> Model {
        var model = self
        for parameter in graph.parameters {
            let value = graph[parameter.value]
            guard model.weights[value.name] == nil else { continue }
            model.weights[value.name] = parameter.initializer.elements(
                count: value.type.sampleElements ?? 0, seed: seed, parameter: value.name)
        }
        return model
    }
}
