import ApusGraph

extension OperatorTable {
    static let treeOperators: [OperatorEntry] = [
        OperatorEntry("TreeEnsembleRegressor", .machineLearning) { node throws(NodeFailure) in
            let trees = try node.trees("target", targetCount: try node.int("n_targets", default: 1))
            let aggregate = try node.string("aggregate_function", default: "SUM")
            var scores = try node.scores(try node.features(try node.input(0)), trees, aggregate: aggregate)
            scores = try node.adding(try node.baseValues(), to: scores)
            node.finish(try node.transformed(scores, try node.string("post_transform", default: "NONE")))
        },
        OperatorEntry("TreeEnsembleClassifier", .machineLearning) { node throws(NodeFailure) in
            try node.takeTreeClassifier()
        },
        OperatorEntry("TreeEnsemble", .machineLearning, since: 5) { node throws(NodeFailure) in
            let aggregates = ["AVERAGE", "SUM", "MIN", "MAX"]
            let transforms = ["NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT"]
            let numbers = (try node.int("aggregate_function", default: 1), try node.int("post_transform", default: 0))
            guard aggregates.indices.contains(numbers.0), transforms.indices.contains(numbers.1) else {
                throw node.failure("'aggregate_function' is \(numbers.0), and 'post_transform' is \(numbers.1)")
            }
            let trees = try node.plainTrees()
            let x = try node.input(0)
            let scores = try node.scores(try node.features(x), trees, aggregate: aggregates[numbers.0])
            node.finish(
                try node.cast(try node.transformed(scores, transforms[numbers.1]), to: node.type(x).elementType))
        },
    ]
}

extension NodeImport {
    /// Rows of features: whole numbers become single precision, and double precision stays.
    mutating func features(_ x: ValueID) throws(NodeFailure) -> ValueID {
        type(x).elementType.isFloatingPoint ? x : try apply(Cast(to: .f32), x)
    }

    /// The scores and a number for each target.
    mutating func adding(_ numbers: [Double], to scores: ValueID) throws(NodeFailure) -> ValueID {
        guard !numbers.isEmpty, numbers.contains(where: { $0 != 0 }) else { return scores }
        guard type(scores).dimensions.last == .fixed(numbers.count) || numbers.count == 1 else {
            throw failure("adds \(numbers.count) numbers to scores of \(type(scores))")
        }
        return try apply(Add(), scores, try constant(Tensor(shape: [numbers.count], elements: numbers)))
    }

    /// What becomes of scores at the end.
    mutating func transformed(_ scores: ValueID, _ name: String) throws(NodeFailure) -> ValueID {
        switch name {
        case "NONE": return scores
        case "LOGISTIC": return try apply(Sigmoid(), scores)
        case "SOFTMAX": return try apply(Softmax(axis: -1), scores)
        case "SOFTMAX_ZERO":
            // Zeros stay nearly so: they are scaled as the others.
            let largest = try apply(ReduceMax(axes: [-1], keep: true), scores)
            let (x, most) = (Expression.operand(0), Expression.operand(1))
            let share = Expression.exponential(x - most)
            let isOther = Expression.unary(.absolute, x) > 1e-7
            let whole = try apply(
                ReduceSum(axes: [-1], keep: true), try apply(.select(isOther, share, 0), scores, largest))
            return try apply(.select(isOther, share, x * .exponential(-most)) / .operand(2), scores, largest, whole)
        default: throw failure("'post_transform' is '\(name)', which is not computed")
        }
    }

    fileprivate mutating func takeTreeClassifier() throws(NodeFailure) {
        let labels = try classLabels(integers: "classlabels_int64s")
        let transform = try string("post_transform", default: "NONE")
        let base = try baseValues()
        let x = try features(try input(0))
        var trees = try trees("class", targetCount: labels.count)
        let used = Set(trees.leaves.map(\.target))
        guard labels.count == 2, used.count == 1, let only = used.first, only == 0 || only == 1 else {
            guard labels.count > 2 || base.isEmpty else { throw failure("has base values for weights of two classes") }
            let isClear =
                !base.isEmpty || trees.leaves.allSatisfy { $0.weight >= 0 }
                || (0..<labels.count).allSatisfy { trees.alwaysWeighs($0) }
            guard trees.depth() != nil, isClear else {
                throw failure("has classes that some ways through the trees say nothing of, and negative weights")
            }
            let scores = try adding(base, to: try scores(x, trees, aggregate: "SUM"))
            finish(try labelled(try apply(ArgMax(axis: 1), scores), labels))
            return finish(try transformed(scores, transform), output: 1)
        }
        // Weights of one class alone say how much more likely than the first one the second class is.
        guard base.count <= 1, only == 0 || base.isEmpty else {
            throw failure("has \(base.count) base values for one score")
        }
        trees.targetCount = 1
        for index in trees.leaves.indices { trees.leaves[index].target = 0 }
        let score = try adding(base, to: try scores(x, trees, aggregate: "SUM"))
        let isProbability = trees.leaves.allSatisfy { $0.weight >= 0 }
        let bound = isProbability ? 0.5 : 0
        let isSecond = try apply(Greater(), score, try scalar(bound, like: score))
        finish(try labelled(try apply(Squeeze(axes: [1]), try apply(Cast(to: .i64), isSecond)), labels))
        if only == 1 {
            let both = try apply(Concat(axis: 1), try apply(.constant(0) * .operand(0), score), score)
            return finish(try transformed(both, transform), output: 1)
        }
        finish(try bothScores(score, transform, isProbability: isProbability), output: 1)
    }

    /// The scores of two classes from that of the second one.
    mutating func bothScores(
        _ score: ValueID, _ transform: String, isProbability: Bool
    ) throws(NodeFailure) -> ValueID {
        guard transform != "PROBIT" else { throw failure("'post_transform' is 'PROBIT', which is not computed") }
        if transform == "LOGISTIC" {
            return try apply(
                Concat(axis: 1), try apply(.logistic(-.operand(0)), score), try apply(.logistic(.operand(0)), score))
        }
        let other = try apply(isProbability ? 1 - .operand(0) : -.operand(0), score)
        return try apply(Concat(axis: 1), other, score)
    }
}
