/// The settings of an update.
struct CheckedOptimizer: Sendable {
    private let parameters: OptimizerParameters

    init(_ bytes: ParameterBytes) throws(ParameterError) {
        parameters = try bytes.load(OptimizerParameters.self)
        _ = try notNegative(parameters.count, "the count")
        _ = try flag(parameters.nesterov, "the choice of Nesterov's momentum")
        for (value, name) in [
            (parameters.beta1, "beta1"), (parameters.beta2, "beta2"), (parameters.epsilon, "epsilon"),
            (parameters.decay, "decay"),
        ] {
            try require(value.isFinite, "\(name) is \(value)")
        }
    }

    var count: Int { Int(parameters.count) }

    /// - Parameter elementBytes: 4 for each operand that has an element for each parameter, and 0 for the others.
    func partitions(elementBytes: [Int]) -> [Partition] {
        let parameters = parameters
        return [
            Partition(elements: count, elementBytes: elementBytes) { count in
                var part = parameters
                part.count = Int32(count)
                return ParameterBytes(part).bytes
            }
        ]
    }
}
