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
}
