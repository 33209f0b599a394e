import ApusGraph

extension OperatorTable {
    static let linearOperators: [OperatorEntry] = [
        OperatorEntry("LinearRegressor", .machineLearning) { node throws(NodeFailure) in
            let scores = try node.linearScores(try node.int("targets", default: 1))
            node.finish(try node.transformed(scores, try node.string("post_transform", default: "NONE")))
        },
        OperatorEntry("LinearClassifier", .machineLearning) { node throws(NodeFailure) in
            try node.takeLinearClassifier()
        },
        OperatorEntry("SVMRegressor", .machineLearning) { node throws(NodeFailure) in
            try node.takeSupportVectorRegressor()
        },
    ]
}

extension NodeImport {
    /// Rows of features in single precision.
    mutating func singleFeatures(_ x: ValueID) throws(NodeFailure) -> ValueID {
        let rows = rank(x) == 1 ? try apply(Unsqueeze(axes: [0]), x) : x
        guard rank(rows) == 2 else { throw failure("reads rows of \(type(x))") }
        return try cast(rows, to: .f32)
    }

    /// Products of the rows with each target's coefficients, and its intercept.
    fileprivate mutating func linearScores(_ count: Int) throws(NodeFailure) -> ValueID {
        let x = try singleFeatures(try input(0))
        let coefficients = try optionalFloats("coefficients") ?? []
        let intercepts = try optionalFloats("intercepts") ?? []
        let width = try numbers([type(x).dimensions[1]], "the number of features")[0]
        guard (1...ImportedWindow.limit).contains(count), coefficients.count == count * width,
            intercepts.isEmpty || intercepts.count == count
        else {
            throw failure(
                "\(coefficients.count) coefficients and \(intercepts.count) intercepts don't fit \(count) targets of \(type(x))"
            )
        }
        let weight = try parameter(Tensor(shape: [count, width], elements: coefficients))
        let bias = try parameter(
            Tensor(shape: [count], elements: intercepts.isEmpty ? Array(repeating: 0, count: count) : intercepts))
        return try apply(Dense(units: count), x, weight, bias)
    }

    fileprivate mutating func takeLinearClassifier() throws(NodeFailure) {
        let labels = try classLabels(integers: "classlabels_ints")
        let transform = try string("post_transform", default: "NONE")
        // Says how the classifier was trained.
        _ = hasAttribute("multi_class")
        let x = try singleFeatures(try input(0))
        let width = try numbers([type(x).dimensions[1]], "the number of features")[0]
        let count = (try optionalFloats("coefficients") ?? []).count / max(width, 1)
        let scores = try linearScores(count)
        if count == 1 {
            guard labels.count == 2 else { throw failure("has \(labels.count) classes for one score") }
            let isSecond = try apply(Greater(), scores, try scalar(0, like: scores))
            finish(try labelled(try apply(Squeeze(axes: [1]), try apply(Cast(to: .i64), isSecond)), labels))
            return finish(try bothScores(scores, transform, isProbability: true), output: 1)
        }
        guard labels.count == count else { throw failure("has \(labels.count) classes for \(count) scores") }
        finish(try labelled(try apply(ArgMax(axis: 1), scores), labels))
        finish(try transformed(scores, transform), output: 1)
    }

    /// Schölkopf and Smola, "A tutorial on support vector regression" (2004), equation 12.
    fileprivate mutating func takeSupportVectorRegressor() throws(NodeFailure) {
        let x = try singleFeatures(try input(0))
        let coefficients = try optionalFloats("coefficients") ?? []
        let (vectors, rho) = (try optionalFloats("support_vectors") ?? [], try optionalFloats("rho") ?? [0])
        let parameters = (try optionalFloats("kernel_params") ?? []) + [0, 0, 0]
        let kernel = try string("kernel_type", default: "LINEAR")
        let count = try int("n_supports", default: 0)
        let isOneClass = try flag("one_class")
        guard try string("post_transform", default: "NONE") == "NONE" else {
            throw failure("'post_transform' is not computed")
        }
        let width = try numbers([type(x).dimensions[1]], "the number of features")[0]
        var similar = x
        if count > 0 {
            guard coefficients.count == count, vectors.count == count * width else {
                throw failure("\(vectors.count) numbers are not \(count) vectors of \(width)")
            }
            similar = try similarities(
                x, Tensor(shape: [count, width], elements: vectors), kernel, Array(parameters.prefix(3)))
        }
        guard coefficients.count == (count > 0 ? count : width), rho.count == 1, count > 0 || kernel == "LINEAR" else {
            throw failure("\(coefficients.count) coefficients don't fit \(type(x))")
        }
        let weight = try parameter(Tensor(shape: [1, coefficients.count], elements: coefficients))
        var result = try apply(
            Dense(units: 1), similar, weight, try parameter(Tensor(shape: [1], elements: [rho[0]])))
        if isOneClass { result = try apply(.select(.operand(0) > 0, 1, -1), result) }
        finish(result)
    }

    /// A kernel's value for each row and support vector.
    private mutating func similarities(
        _ x: ValueID, _ vectors: Tensor, _ kernel: String, _ parameters: [Double]
    ) throws(NodeFailure) -> ValueID {
        let rows = try constant(vectors)
        let (gamma, shift) = (Expression.constant(parameters[0]), Expression.constant(parameters[1]))
        if kernel == "RBF" {
            let distance = try apply(
                Subtract(), try apply(Unsqueeze(axes: [1]), x), try apply(Unsqueeze(axes: [0]), rows))
            let squares = try apply(ReduceSum(axes: [2]), try apply(Multiply(), distance, distance))
            return try apply(.exponential(-(gamma * .operand(0))), squares)
        }
        let products = try apply(MatMul(transposeB: true), x, rows)
        switch kernel {
        case "LINEAR": return products
        case "POLY": return try apply(.binary(.power, gamma * .operand(0) + shift, .constant(parameters[2])), products)
        case "SIGMOID": return try apply(.hyperbolicTangent(gamma * .operand(0) + shift), products)
        default: throw failure("'kernel_type' is '\(kernel)', which is not known here")
        }
    }
}
