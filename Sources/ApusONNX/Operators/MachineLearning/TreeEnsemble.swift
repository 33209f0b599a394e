import ApusGraph

/// Decision trees whose nodes are numbered through all trees, inner nodes and leaves.
struct TreeEnsemble {
    /// What a node asks of its feature.
    enum Question: Int, CaseIterable {
        case lessOrEqual, less, greaterOrEqual, greater, equal, notEqual, member

        init?(name: String) {
            let names = ["BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ"]
            guard let index = names.firstIndex(of: name) else { return nil }
            self = Self.allCases[index]
        }
    }
    struct Node {
        var question: Question?
        var feature = 0
        var threshold = 0.0
        /// The nodes to go on with; a leaf's are itself.
        var onTrue = 0
        var onFalse = 0
        /// Whether a feature that is not a number counts as true.
        var takesMissing = false
        /// Of ``Question/member``: the numbers that count as true.
        var members: [Double] = []
    }
    struct Leaf {
        var node: Int
        var target: Int
        var weight: Double
    }

    var nodes: [Node]
    var roots: [Int]
    var leaves: [Leaf]
    var targetCount: Int

    /// Nodes on the longest way from a root to a leaf, the leaf not counted; nil where the nodes are no trees.
    func depth() -> Int? {
        var isSeen = [Bool](repeating: false, count: nodes.count)
        var (level, depth) = (roots, 0)
        while true {
            var next: [Int] = []
            for number in level {
                guard nodes.indices.contains(number) else { return nil }
                let isInner = nodes[number].question != nil
                guard !isInner || !isSeen[number] else { return nil }
                isSeen[number] = true
                guard isInner else { continue }
                next += [nodes[number].onTrue, nodes[number].onFalse]
            }
            if next.isEmpty { return isSeen.contains(false) ? nil : depth }
            (level, depth) = (next, depth + 1)
        }
    }

    /// Whether every way through the trees gives the target a weight.
    func alwaysWeighs(_ target: Int) -> Bool {
        let weighed = Set(leaves.filter { $0.target == target }.map(\.node))
        return roots.contains { root in
            var waiting = [root]
            while let number = waiting.popLast() {
                if nodes[number].question == nil {
                    if !weighed.contains(number) { return false }
                } else {
                    waiting += [nodes[number].onTrue, nodes[number].onFalse]
                }
            }
            return true
        }
    }
}

extension NodeImport {
    /// Levels, and weights of leaves, beyond which trees are a mistake.
    private static let depthLimit = 512
    private static let weightLimit = 1 << 26

    /// The numbers of the leaves that the rows of `x` come to, `[N, trees]`: places in ``TreeTables/leaves``.
    private mutating func leaves(_ x: ValueID, _ trees: TreeEnsemble, _ tables: TreeTables) throws(NodeFailure)
        -> ValueID
    {
        guard rank(x) == 2, let width = type(x).dimensions[1].number else { throw failure("reads rows of \(type(x))") }
        guard trees.nodes.allSatisfy({ (0..<width).contains($0.feature) }) else {
            throw failure("asks for features that \(type(x)) does not have")
        }
        let count = tables.features.count
        let roots = try constant(Tensor(.i32, shape: [tables.roots.count], integers: tables.roots))
        guard count > 0 else {
            let numbers = tables.roots.map { -1 - $0 }
            let row = try constant(Tensor(.i32, shape: [1, numbers.count], integers: numbers))
            return try apply(Expand(shape: [type(x).dimensions[0], .fixed(numbers.count)]), row)
        }
        let thresholds = Tensor(shape: [count], elements: tables.thresholds).converted(to: type(x).elementType)
        return try apply(
            TreeLeaves(), x, try constant(Tensor(.i32, shape: [count], integers: tables.features)),
            try constant(thresholds),
            try constant(Tensor(.i32, shape: [count, 2], integers: tables.children)), roots)
    }

    /// The weights of the leaves brought together, `[N, targets]`, in single precision.
    ///
    /// - Parameter aggregate: SUM, AVERAGE, MIN or MAX.
    mutating func scores(_ x: ValueID, _ trees: TreeEnsemble, aggregate: String) throws(NodeFailure) -> ValueID {
        guard let depth = trees.depth(), depth <= Self.depthLimit, !trees.roots.isEmpty else {
            throw failure("its nodes are no trees, or deeper than \(Self.depthLimit)")
        }
        let x = [.f32, .f64].contains(type(x).elementType) ? x : try cast(x, to: .f32)
        let tables = try TreeTables(trees, type(x).elementType, self)
        let count = tables.leaves.count.multipliedReportingOverflow(by: trees.targetCount)
        if aggregate == "SUM", trees.targetCount > 1, let weights = weightsInTurn(trees, tables) {
            return try scoresInTurn(x, trees, tables, weights)
        }
        guard !count.overflow, count.partialValue <= Self.weightLimit, trees.targetCount >= 1,
            trees.leaves.allSatisfy({ (0..<trees.targetCount).contains($0.target) })
        else {
            throw failure(
                "has weights for \(trees.targetCount) targets at \(tables.leaves.count) leaves, which don't fit")
        }
        try requireRoom(elements: count.partialValue)
        var weights = [Double](repeating: 0, count: count.partialValue)
        for leaf in trees.leaves {
            guard let number = tables.leaves[leaf.node] else { throw failure("gives a weight to what is no leaf") }
            weights[number * trees.targetCount + leaf.target] += leaf.weight
        }
        // Whether each leaf weighs for each target.
        let weighed = Set(trees.leaves.map { $0.node * trees.targetCount + $0.target })
        let isWhole = weighed.count == trees.targetCount * tables.leaves.count
        guard isWhole || aggregate == "SUM" || aggregate == "AVERAGE" else {
            throw failure("takes the extreme of weights that some leaves don't have")
        }
        let table = try constant(Tensor(shape: [tables.leaves.count, trees.targetCount], elements: weights))
        let found = try apply(Gather(), table, try leaves(x, trees, tables))
        switch aggregate {
        case "SUM": return try apply(ReduceSum(axes: [1]), found)
        case "AVERAGE": return try apply(ReduceMean(axes: [1]), found)
        case "MIN": return try apply(ReduceMin(axes: [1]), found)
        case "MAX": return try apply(ReduceMax(axes: [1]), found)
        default: throw failure("'aggregate_function' is '\(aggregate)', which is not known here")
        }
    }

    /// The weight of each leaf, where the trees weigh for the targets in turn, as those of gradient boosting do: each tree for one, and
    /// tree `t` for target `t` modulo their number. Nil where they don't.
    private func weightsInTurn(_ trees: TreeEnsemble, _ tables: TreeTables) -> [Double]? {
        guard trees.roots.count.isMultiple(of: trees.targetCount) else { return nil }
        var targets: [Int: Int] = [:]
        for (number, root) in trees.roots.enumerated() {
            var waiting = [root]
            while let node = waiting.popLast() {
                if trees.nodes[node].question == nil {
                    let target = number % trees.targetCount
                    // Trees may have a leaf in common.
                    guard targets.updateValue(target, forKey: node) ?? target == target else { return nil }
                } else {
                    waiting += [trees.nodes[node].onTrue, trees.nodes[node].onFalse]
                }
            }
        }
        var weights = [Double](repeating: 0, count: tables.leaves.count)
        for leaf in trees.leaves {
            guard targets[leaf.node] == leaf.target, let number = tables.leaves[leaf.node] else { return nil }
            weights[number] += leaf.weight
        }
        return weights
    }

    /// The sums of such weights: one number is looked up for each tree, and not one for each target of it.
    private mutating func scoresInTurn(
        _ x: ValueID, _ trees: TreeEnsemble, _ tables: TreeTables, _ weights: [Double]
    ) throws(NodeFailure) -> ValueID {
        let table = try constant(Tensor(shape: [weights.count], elements: weights))
        let found = try apply(Gather(), table, try leaves(x, trees, tables))
        let rounds = trees.roots.count / trees.targetCount
        let shape = [type(found).dimensions[0], .fixed(rounds), .fixed(trees.targetCount)]
        return try apply(ReduceSum(axes: [1]), try apply(Reshape(whole: shape), found))
    }
}
