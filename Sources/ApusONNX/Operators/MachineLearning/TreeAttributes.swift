import ApusGraph

// Reads trees as the attributes of the three operators say them.
extension NodeImport {
    /// The numbers of an attribute, or of the tensor that may stand in its place.
    private mutating func floats(_ name: String) throws(NodeFailure) -> [Double] {
        if let numbers = try optionalFloats(name) { return numbers }
        return try optionalTensor("\(name)_as_tensor")?.tensor().elements ?? []
    }

    /// The trees of a TreeEnsembleClassifier (`class`) or TreeEnsembleRegressor (`target`).
    mutating func trees(_ word: String, targetCount: Int) throws(NodeFailure) -> TreeEnsemble {
        let (treeIDs, nodeIDs) = (try ints("nodes_treeids", default: []), try ints("nodes_nodeids", default: []))
        let modes = try optionalStrings("nodes_modes") ?? []
        let (features, thresholds) = (try ints("nodes_featureids", default: []), try floats("nodes_values"))
        let (onTrue, onFalse) = (
            try ints("nodes_truenodeids", default: []), try ints("nodes_falsenodeids", default: [])
        )
        let missing = try ints("nodes_missing_value_tracks_true", default: [])
        // How often a node was reached in training says nothing of the answer.
        _ = hasAttribute("nodes_hitrates")
        _ = hasAttribute("nodes_hitrates_as_tensor")
        let counts = [nodeIDs.count, modes.count, features.count, thresholds.count, onTrue.count, onFalse.count]
        guard !treeIDs.isEmpty, counts.allSatisfy({ $0 == treeIDs.count }) else {
            throw failure("its \(treeIDs.count) nodes have lists of \(counts)")
        }
        var numbers: [[Int]: Int] = [:]
        for (index, key) in zip(treeIDs, nodeIDs).enumerated() { numbers[[key.0, key.1]] = index }
        var trees = TreeEnsemble(nodes: [], roots: [], leaves: [], targetCount: targetCount)
        var isChild = [Bool](repeating: false, count: treeIDs.count)
        for index in treeIDs.indices {
            var node = TreeEnsemble.Node(onTrue: index, onFalse: index)
            if modes[index] != "LEAF" {
                guard let question = TreeEnsemble.Question(name: modes[index]),
                    let first = numbers[[treeIDs[index], onTrue[index]]],
                    let second = numbers[[treeIDs[index], onFalse[index]]]
                else {
                    throw failure(
                        "node \(nodeIDs[index]) of tree \(treeIDs[index]) is \(modes[index]), or its children are missing"
                    )
                }
                node = TreeEnsemble.Node(
                    question: question, feature: features[index], threshold: thresholds[index], onTrue: first,
                    onFalse: second, takesMissing: index < missing.count && missing[index] != 0)
                isChild[first] = true
                isChild[second] = true
            }
            trees.nodes.append(node)
        }
        trees.roots = isChild.indices.filter { !isChild[$0] }
        guard trees.roots.count == Set(treeIDs).count else { throw failure("its trees don't have one root each") }
        let (leafTrees, leafNodes) = (
            try ints("\(word)_treeids", default: []), try ints("\(word)_nodeids", default: [])
        )
        let (targets, weights) = (try ints("\(word)_ids", default: []), try floats("\(word)_weights"))
        guard [leafNodes.count, targets.count, weights.count].allSatisfy({ $0 == leafTrees.count }) else {
            throw failure("its weights have lists of different lengths")
        }
        for index in leafTrees.indices {
            guard let number = numbers[[leafTrees[index], leafNodes[index]]], trees.nodes[number].question == nil else {
                throw failure("gives a weight to what is no leaf")
            }
            trees.leaves.append(.init(node: number, target: targets[index], weight: weights[index]))
        }
        return trees
    }

    /// What is added to the scores.
    mutating func baseValues() throws(NodeFailure) -> [Double] { try floats("base_values") }

    /// The trees of a TreeEnsemble, whose leaves have numbers of their own.
    mutating func plainTrees() throws(NodeFailure) -> TreeEnsemble {
        guard let modes = try optionalTensor("nodes_modes")?.tensor().integers,
            let splits = try optionalTensor("nodes_splits")?.tensor().elements,
            let weights = try optionalTensor("leaf_weights")?.tensor().elements
        else { throw failure("has no nodes or no leaves") }
        _ = hasAttribute("nodes_hitrates")
        let features = try ints("nodes_featureids", default: [])
        let (onTrue, onFalse) = (
            try ints("nodes_truenodeids", default: []), try ints("nodes_falsenodeids", default: [])
        )
        let (trueLeaves, falseLeaves) = (
            try ints("nodes_trueleafs", default: []), try ints("nodes_falseleafs", default: [])
        )
        let missing = try ints("nodes_missing_value_tracks_true", default: [])
        let targets = try ints("leaf_targetids", default: [])
        let memberValues = try optionalTensor("membership_values")?.tensor().elements ?? []
        var sets = memberValues.split(omittingEmptySubsequences: false) { $0.isNaN }.map(Array.init)[...]
        let lists =
            [splits, features.map(Double.init)].map(\.count) + [onTrue, onFalse, trueLeaves, falseLeaves].map(\.count)
        guard lists.allSatisfy({ $0 == modes.count }), targets.count == weights.count else {
            throw failure("its \(modes.count) nodes have lists of \(lists)")
        }
        var trees = TreeEnsemble(
            nodes: [], roots: try ints("tree_roots", default: []), leaves: [],
            targetCount: try int("n_targets", default: 1))
        func number(_ child: Int, isLeaf: Int) throws(NodeFailure) -> Int {
            guard (0..<(isLeaf != 0 ? weights.count : modes.count)).contains(child) else {
                throw failure("its nodes have children that are not there")
            }
            return isLeaf != 0 ? modes.count + child : child
        }
        for index in modes.indices {
            guard let question = TreeEnsemble.Question(rawValue: modes[index]) else {
                throw failure("a node is of the mode \(modes[index])")
            }
            var node = TreeEnsemble.Node(question: question, feature: features[index], threshold: splits[index])
            node.onTrue = try number(onTrue[index], isLeaf: trueLeaves[index])
            node.onFalse = try number(onFalse[index], isLeaf: falseLeaves[index])
            node.takesMissing = index < missing.count && missing[index] != 0
            if question == .member {
                guard let members = sets.popFirst() else { throw failure("has fewer sets than nodes that ask for one") }
                node.members = members
            }
            trees.nodes.append(node)
        }
        for (index, weight) in weights.enumerated() {
            trees.nodes.append(.init(onTrue: modes.count + index, onFalse: modes.count + index))
            trees.leaves.append(.init(node: modes.count + index, target: targets[index], weight: weight))
        }
        return trees
    }
}
