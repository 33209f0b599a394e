import ApusGraph

/// Trees as ``ApusGraph/TreeLeaves`` takes them: inner nodes that ask whether a feature is at most a threshold, and leaves apart from
/// them.
///
/// Other questions become this one: `x < t` is `x ≤ t′` with the number before `t`, `x > t` has its children exchanged, and `x = t` is
/// two nodes.
struct TreeTables {
    /// A feature's number `f`, or `−1 − f` where what is not a number counts as at most the threshold.
    private(set) var features: [Int] = []
    private(set) var thresholds: [Double] = []
    /// Two for each node; below zero `−1 − l` for the leaf `l`.
    private(set) var children: [Int] = []
    private(set) var roots: [Int] = []
    /// The number of each leaf, by its number among the nodes.
    private(set) var leaves: [Int: Int] = [:]

    private let isDouble: Bool
    /// Nodes that all trees may have once each question is one of these.
    private static let nodeLimit = 1 << 24

    /// - Precondition: the nodes are trees.
    init(_ trees: TreeEnsemble, _ elementType: ElementType, _ node: NodeImport) throws(NodeFailure) {
        isDouble = elementType == .f64
        // The first of the nodes that each inner node becomes.
        var places = [Int](repeating: 0, count: trees.nodes.count)
        var count = 0
        for (number, node) in trees.nodes.enumerated() {
            switch node.question {
            case nil:
                places[number] = -1 - leaves.count
                leaves[number] = leaves.count
            case .equal, .notEqual:
                places[number] = count
                count += 2
            case .member:
                places[number] = count
                count += 2 * max(1, node.members.count)
            default:
                places[number] = count
                count += 1
            }
        }
        guard count <= Self.nodeLimit else { throw node.failure("its trees have \(count) nodes, which are too many") }
        for node in trees.nodes where node.question != nil {
            add(node, places[node.onTrue], places[node.onFalse])
        }
        roots = trees.roots.map { places[$0] }
    }

    private mutating func add(_ node: TreeEnsemble.Node, _ onTrue: Int, _ onFalse: Int) {
        let (feature, threshold, missing) = (node.feature, node.threshold, node.takesMissing)
        switch node.question {
        case .lessOrEqual: add(feature, atMost(threshold), onTrue, onFalse, missing: missing)
        case .less: add(feature, below(threshold), onTrue, onFalse, missing: missing)
        case .greater: add(feature, atMost(threshold), onFalse, onTrue, missing: !missing)
        case .greaterOrEqual: add(feature, below(threshold), onFalse, onTrue, missing: !missing)
        case .equal: addEqual(feature, threshold, onTrue, onFalse, missing: missing)
        case .notEqual: addEqual(feature, threshold, onFalse, onTrue, missing: false)
        case .member:
            // What equals nothing, where the set is empty.
            let members = node.members.isEmpty ? [.nan] : node.members
            for (index, member) in members.enumerated() {
                let isLast = index + 1 == members.count
                addEqual(
                    feature, member, onTrue, isLast ? onFalse : features.count + 2, missing: missing && index == 0)
            }
        case nil: break
        }
    }

    private mutating func add(_ feature: Int, _ threshold: Double, _ first: Int, _ second: Int, missing: Bool) {
        features.append(missing ? -1 - feature : feature)
        thresholds.append(threshold)
        children += [first, second]
    }

    /// Two nodes: at most the number, and then not below it.
    private mutating func addEqual(_ feature: Int, _ number: Double, _ onTrue: Int, _ onFalse: Int, missing: Bool) {
        add(feature, atMost(number), features.count + 1, onFalse, missing: missing)
        add(feature, below(number), onFalse, onTrue, missing: false)
    }

    /// The largest number of the features' type that is at most `threshold`.
    private func atMost(_ threshold: Double) -> Double {
        guard !isDouble else { return threshold }
        let nearest = Float(threshold)
        return Double(Double(nearest) > threshold ? nearest.nextDown : nearest)
    }

    /// The largest number of the features' type that is below `threshold`.
    private func below(_ threshold: Double) -> Double {
        guard !isDouble else { return threshold.nextDown }
        let nearest = Float(threshold)
        return Double(Double(nearest) >= threshold ? nearest.nextDown : nearest)
    }
}
