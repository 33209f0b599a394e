import ApusGraph

extension OperatorTable {
    static let supportVectorOperators: [OperatorEntry] = [
        OperatorEntry("SVMRegressor", .machineLearning) { node throws(NodeFailure) in
            try node.takeSupportVectorRegressor()
        },
        OperatorEntry("SVMClassifier", .machineLearning) { node throws(NodeFailure) in
            try node.takeSupportVectorClassifier()
        },
    ]
}

/// The support vectors of a classifier that tells each pair of its classes apart.
private struct PairedVectors {
    /// The vectors of all classes, class after class.
    let count: Int
    let classes: Int
    /// Two classes each, in the order of the scores.
    let pairs: [(first: Int, second: Int)]
    /// `[pairs, count]`: what each vector adds to the score of a pair.
    let weights: [Double]
    /// What the score of each pair begins with.
    let rho: [Double]

    /// - Parameters:
    ///   - sizes: of each class, how many vectors it has.
    ///   - coefficients: `[classes - 1, count]`: of each vector, what it adds against each of the other classes, in their order.
    init?(sizes: [Int], coefficients: [Double], rho: [Double]) {
        // What is made of them must be small beside the memory of a machine, whatever a file says.
        let limit = 1 << 22
        guard (2...limit).contains(sizes.count), sizes.allSatisfy({ (0...limit).contains($0) }) else { return nil }
        let count = sizes.reduce(0, +)
        let pairCount = sizes.count * (sizes.count - 1) / 2
        guard count > 0, max(count, sizes.count) <= limit / pairCount, rho.count == pairCount,
            coefficients.count == (sizes.count - 1) * count
        else { return nil }
        var pairs: [(first: Int, second: Int)] = []
        for first in sizes.indices {
            for second in sizes.indices where second > first { pairs.append((first, second)) }
        }
        var starts = [0]
        for size in sizes { starts.append(starts[starts.count - 1] + size) }
        var weights = [Double](repeating: 0, count: pairs.count * count)
        for (number, pair) in pairs.enumerated() {
            for vector in starts[pair.first]..<starts[pair.first + 1] {
                weights[number * count + vector] = coefficients[(pair.second - 1) * count + vector]
            }
            for vector in starts[pair.second]..<starts[pair.second + 1] {
                weights[number * count + vector] = coefficients[pair.first * count + vector]
            }
        }
        (self.count, self.classes, self.pairs, self.weights, self.rho) = (count, sizes.count, pairs, weights, rho)
    }
}

extension NodeImport {
    /// Schölkopf and Smola, "A tutorial on support vector regression" (2004), equation 12.
    fileprivate mutating func takeSupportVectorRegressor() throws(NodeFailure) {
        let x = try singleFeatures(try input(0))
        let coefficients = try optionalFloats("coefficients") ?? []
        let rho = try optionalFloats("rho") ?? [0]
        let kernel = try string("kernel_type", default: "LINEAR")
        let count = try int("n_supports", default: 0)
        let isOneClass = try flag("one_class")
        guard try string("post_transform", default: "NONE") == "NONE" else {
            throw failure("'post_transform' is not computed")
        }
        let width = try numbers([type(x).dimensions[1]], "the number of features")[0]
        var similar = x
        if count > 0 {
            guard coefficients.count == count else {
                throw failure("\(coefficients.count) coefficients are not those of \(count) vectors")
            }
            similar = try supportSimilarities(x, count)
        } else {
            // They say nothing of a line.
            for name in ["support_vectors", "kernel_params"] { _ = hasAttribute(name) }
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

    /// A vote of each pair of classes, of which one has the greater part of the support vectors behind it: Knerr, Personnaz and
    /// Dreyfus, "Single-layer learning revisited" (1990).
    fileprivate mutating func takeSupportVectorClassifier() throws(NodeFailure) {
        let labels = try classLabels(integers: "classlabels_ints")
        let transform = try string("post_transform", default: "NONE")
        for name in ["prob_a", "prob_b"] where !(try optionalFloats(name) ?? []).isEmpty {
            throw failure("'\(name)' asks for probabilities, which are found by iteration and are not computed")
        }
        guard let vectors = try pairedVectors() else {
            throw failure("its support vectors, coefficients and classes don't fit")
        }
        guard labels.count == vectors.classes else {
            throw failure("has \(labels.count) classes, and support vectors of \(vectors.classes)")
        }
        let pairs = vectors.pairs
        let similar = try supportSimilarities(try singleFeatures(try input(0)), vectors.count)
        let scores = try apply(
            Dense(units: pairs.count), similar,
            try parameter(Tensor(shape: [pairs.count, vectors.count], elements: vectors.weights)),
            try parameter(Tensor(shape: [pairs.count], elements: vectors.rho)))
        // A pair is for its first class where its score is above zero, else for its second.
        var shares = [Double](repeating: 0, count: labels.count * pairs.count)
        var seconds = [Double](repeating: 0, count: labels.count)
        for (number, pair) in pairs.enumerated() {
            shares[pair.first * pairs.count + number] = 1
            shares[pair.second * pairs.count + number] = -1
            seconds[pair.second] += 1
        }
        let votes = try apply(
            Dense(units: labels.count), try apply(.select(.operand(0) > 0, 1, 0), scores),
            try constant(Tensor(shape: [labels.count, pairs.count], elements: shares)),
            try constant(Tensor(shape: [labels.count], elements: seconds)))
        finish(try labelled(try apply(ArgMax(axis: 1), votes), labels))
        finish(
            labels.count == 2
                ? try bothScores(scores, transform, isProbability: transform != "NONE")
                : try transformed(scores, transform), output: 1)
    }

    /// The support vectors of a classifier; nil where their numbers are not given or fit nothing.
    private mutating func pairedVectors() throws(NodeFailure) -> PairedVectors? {
        let sizes = try optionalInts("vectors_per_class") ?? []
        let (coefficients, rho) = (try optionalFloats("coefficients") ?? [], try optionalFloats("rho") ?? [])
        // A number for each pair of classes, and each vector or class.
        try requireRoom(elements: rho.count * (coefficients.count + sizes.count))
        return PairedVectors(sizes: sizes, coefficients: coefficients, rho: rho)
    }

    /// What each row is to each of the support vectors in the attributes, by the kernel that these name.
    private mutating func supportSimilarities(_ x: ValueID, _ count: Int) throws(NodeFailure) -> ValueID {
        let vectors = try optionalFloats("support_vectors") ?? []
        let parameters = (try optionalFloats("kernel_params") ?? []) + [0, 0, 0]
        let kernel = try string("kernel_type", default: "LINEAR")
        let width = try numbers([type(x).dimensions[1]], "the number of features")[0]
        guard vectors.count == count * width else {
            throw failure("\(vectors.count) numbers are not \(count) vectors of \(width)")
        }
        return try similarities(
            x, Tensor(shape: [count, width], elements: vectors), kernel, Array(parameters.prefix(3)))
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
