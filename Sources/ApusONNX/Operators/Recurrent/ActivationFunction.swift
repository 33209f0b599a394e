import ApusGraph

/// A function that a recurrent layer names.
struct ActivationFunction {
    var name: String
    var alpha: Double
    var beta: Double

    /// The functions that there are, with their usual numbers.
    private static let usual: [String: (alpha: Double, beta: Double)] = [
        "Relu": (0, 0), "Tanh": (0, 0), "Sigmoid": (0, 0), "Softsign": (0, 0), "Softplus": (0, 0), "Affine": (1, 0),
        "LeakyRelu": (0.01, 0), "ThresholdedRelu": (1, 0), "ScaledTanh": (1, 1), "HardSigmoid": (0.2, 0.5),
        "Elu": (1, 0),
    ]
    /// Those whose numbers stand in the lists of the file.
    private static let takesAlpha: Set = ["Affine", "LeakyRelu", "ThresholdedRelu", "ScaledTanh", "HardSigmoid", "Elu"]
    private static let takesBeta: Set = ["Affine", "ScaledTanh", "HardSigmoid"]

    /// - Parameters:
    ///   - alphas: the numbers of the functions that take one, in their order; taken from the front.
    ///   - betas: as `alphas`.
    init?(_ name: String, alphas: inout ArraySlice<Double>, betas: inout ArraySlice<Double>) {
        let lower = name.lowercased()
        guard let known = Self.usual.first(where: { $0.key.lowercased() == lower }) else { return nil }
        self.name = known.key
        alpha = (Self.takesAlpha.contains(known.key) ? alphas.popFirst() : nil) ?? known.value.alpha
        beta = (Self.takesBeta.contains(known.key) ? betas.popFirst() : nil) ?? known.value.beta
    }

    /// The function of an expression.
    func callAsFunction(_ x: Expression) -> Expression {
        let (alpha, beta) = (Expression.constant(alpha), Expression.constant(beta))
        switch name {
        case "Relu": return .maximum(x, 0)
        case "Sigmoid": return .logistic(x)
        case "Softsign": return x / (1 + .unary(.absolute, x))
        case "Softplus": return .maximum(x, 0) + .logarithm(1 + .exponential(-.unary(.absolute, x)))
        case "Affine": return alpha * x + beta
        case "LeakyRelu": return .select(x < 0, alpha * x, x)
        case "ThresholdedRelu": return .select(x > alpha, x, 0)
        case "ScaledTanh": return alpha * .hyperbolicTangent(beta * x)
        case "HardSigmoid": return .minimum(.maximum(alpha * x + beta, 0), 1)
        case "Elu": return .select(x < 0, alpha * (.exponential(x) - 1), x)
        default: return .hyperbolicTangent(x)
        }
    }
}

extension NodeImport {
    /// The functions of all directions.
    ///
    /// - Parameter usual: those of one direction where the file names none.
    mutating func activationFunctions(
        _ usual: [String], directions: Int
    ) throws(NodeFailure) -> [ActivationFunction] {
        let names = try optionalStrings("activations") ?? []
        var alphas = (try optionalFloats("activation_alpha") ?? [])[...]
        var betas = (try optionalFloats("activation_beta") ?? [])[...]
        let all = names.isEmpty ? Array(repeating: usual, count: directions).flatMap { $0 } : names
        guard all.count == usual.count * directions else {
            throw failure("'activations' are \(all), which are not \(usual.count) for each direction")
        }
        var functions: [ActivationFunction] = []
        for name in all {
            guard let function = ActivationFunction(name, alphas: &alphas, betas: &betas) else {
                throw failure("the activation '\(name)' is not known here")
            }
            functions.append(function)
        }
        return functions
    }
}
