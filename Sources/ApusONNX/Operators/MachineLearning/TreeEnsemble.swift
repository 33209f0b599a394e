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

    /// The numbers of the leaves that the rows of `x` come to, `[N, trees]`. All trees go down one level at a time: a node's feature,
    /// threshold and children are looked up by its number.
    mutating func leaves(_ x: ValueID, _ trees: TreeEnsemble) throws(NodeFailure) -> ValueID {
        guard let depth = trees.depth(), depth <= Self.depthLimit, !trees.roots.isEmpty else {
            throw failure("its nodes are no trees, or deeper than \(Self.depthLimit)")
        }
        guard rank(x) == 2, let width = type(x).dimensions[1].number else { throw failure("reads rows of \(type(x))") }
        guard trees.nodes.allSatisfy({ (0..<width).contains($0.feature) }) else {
            throw failure("asks for features that \(type(x)) does not have")
        }
        let batch = type(x).dimensions[0]
        let rootRow = try constant(Tensor(.i64, shape: [1, trees.roots.count], integers: trees.roots))
        var state = try apply(Expand(shape: [batch, .fixed(trees.roots.count)]), rootRow)
        guard depth > 0 else { return state }
        let tables = try TreeTables(trees, type(x).elementType, &self)
        for _ in 0..<depth {
            let value = try apply(GatherElements(axis: 1), x, try apply(Gather(), tables.features, state))
            let isTrue = try tables.answer(value, state, &self)
            state = try apply(
                Where(), isTrue, try apply(Gather(), tables.onTrue, state), try apply(Gather(), tables.onFalse, state))
        }
        return state
    }

    /// The weights of the leaves brought together, `[N, targets]`, in single precision.
    ///
    /// - Parameter aggregate: SUM, AVERAGE, MIN or MAX.
    mutating func scores(_ x: ValueID, _ trees: TreeEnsemble, aggregate: String) throws(NodeFailure) -> ValueID {
        let count = trees.nodes.count.multipliedReportingOverflow(by: trees.targetCount)
        guard !count.overflow, count.partialValue <= Self.weightLimit, trees.targetCount >= 1,
            trees.leaves.allSatisfy({ (0..<trees.targetCount).contains($0.target) })
        else {
            throw failure("has weights for \(trees.targetCount) targets in \(trees.nodes.count) nodes, which don't fit")
        }
        try requireRoom(elements: count.partialValue)
        var weights = [Double](repeating: 0, count: count.partialValue)
        for leaf in trees.leaves { weights[leaf.node * trees.targetCount + leaf.target] += leaf.weight }
        // Whether each leaf weighs for each target.
        let weighed = Set(trees.leaves.map { $0.node * trees.targetCount + $0.target })
        let isWhole = weighed.count == trees.targetCount * trees.nodes.count { $0.question == nil }
        guard isWhole || aggregate == "SUM" || aggregate == "AVERAGE" else {
            throw failure("takes the extreme of weights that some leaves don't have")
        }
        let table = try constant(Tensor(shape: [trees.nodes.count, trees.targetCount], elements: weights))
        let found = try apply(Gather(), table, try leaves(x, trees))
        switch aggregate {
        case "SUM": return try apply(ReduceSum(axes: [1]), found)
        case "AVERAGE": return try apply(ReduceMean(axes: [1]), found)
        case "MIN": return try apply(ReduceMin(axes: [1]), found)
        case "MAX": return try apply(ReduceMax(axes: [1]), found)
        default: throw failure("'aggregate_function' is '\(aggregate)', which is not known here")
        }
    }
}

/// What is looked up of the nodes, by their numbers.
struct TreeTables {
    let features: ValueID
    let onTrue: ValueID
    let onFalse: ValueID
    private let thresholds: ValueID
    /// Bool: whether a feature that is not a number counts as true; nil where no node takes one.
    private let takesMissing: ValueID?
    /// The questions that there are, and which nodes ask each; nil for all.
    private var questions: [(question: TreeEnsemble.Question, isAsked: ValueID?)] = []
    /// The numbers of the sets, filled up with what equals nothing.
    private let members: ValueID?

    init(
        _ trees: TreeEnsemble, _ elementType: ElementType, _ node: inout NodeImport
    ) throws(NodeFailure) {
        let nodes = trees.nodes
        func table(_ integers: [Int], _ type: ElementType, _ node: inout NodeImport) throws(NodeFailure) -> ValueID {
            try node.constant(Tensor(type, shape: [nodes.count], integers: integers))
        }
        features = try table(nodes.map(\.feature), .i64, &node)
        onTrue = try table(nodes.map(\.onTrue), .i64, &node)
        onFalse = try table(nodes.map(\.onFalse), .i64, &node)
        thresholds = try node.constant(
            Tensor(shape: [nodes.count], elements: nodes.map(\.threshold)).converted(to: elementType))
        takesMissing =
            nodes.contains { $0.takesMissing }
            ? try table(nodes.map { $0.takesMissing ? 1 : 0 }, .bool, &node) : nil
        let asked = TreeEnsemble.Question.allCases.filter { question in nodes.contains { $0.question == question } }
        for question in asked {
            let isAsked = nodes.map { $0.question == question ? 1 : 0 }
            questions.append((question, asked.count == 1 ? nil : try table(isAsked, .bool, &node)))
        }
        let width = nodes.map(\.members.count).max() ?? 0
        guard width > 0, width * nodes.count <= 1 << 24 else {
            guard width == 0 else { throw node.failure("its sets have up to \(width) numbers, which are too many") }
            members = nil
            return
        }
        try node.requireRoom(elements: width * nodes.count)
        let filled = nodes.flatMap { $0.members + Array(repeating: .nan, count: width - $0.members.count) }
        members = try node.constant(Tensor(shape: [nodes.count, width], elements: filled).converted(to: elementType))
    }

    /// Whether what the nodes `state` ask of `value` is true.
    func answer(_ value: ValueID, _ state: ValueID, _ node: inout NodeImport) throws(NodeFailure) -> ValueID {
        var answer: ValueID?
        for (question, isAsked) in questions {
            var own = try self.answer(question, value, state, &node)
            if let isAsked { own = try node.apply(And(), own, try node.apply(Gather(), isAsked, state)) }
            answer = try answer.map { (other) throws(NodeFailure) in try node.apply(Or(), other, own) } ?? own
        }
        guard let answer else { throw node.failure("its nodes ask nothing") }
        guard let takesMissing, node.type(value).elementType.isFloatingPoint else { return answer }
        let isMissing = try node.apply(IsNaN(), value)
        return try node.apply(
            Or(), answer, try node.apply(And(), isMissing, try node.apply(Gather(), takesMissing, state)))
    }

    private func answer(
        _ question: TreeEnsemble.Question, _ value: ValueID, _ state: ValueID, _ node: inout NodeImport
    ) throws(NodeFailure) -> ValueID {
        if question == .member, let members {
            let own = try node.apply(Unsqueeze(axes: [2]), value)
            let equal = try node.apply(Equal(), own, try node.apply(Gather(), members, state))
            let counts = try node.apply(ReduceSum(axes: [2]), try node.apply(Cast(to: .f32), equal))
            return try node.apply(Greater(), counts, try node.scalar(0, like: counts))
        }
        let operation: any Operator =
            switch question {
            case .less: Less()
            case .greaterOrEqual: GreaterOrEqual()
            case .greater: Greater()
            case .equal, .member: Equal()
            case .notEqual: NotEqual()
            case .lessOrEqual: LessOrEqual()
            }
        return try node.apply(operation, value, try node.apply(Gather(), thresholds, state))
    }
}
