/// The leaves at which rows end in decision trees.
public struct TreeLeaves: Operator {
    public static let name = "tree_leaves"
    public static let documentation = OperatorDocumentation(
        summary: "Goes down decision trees, and gives the number of the leaf at which each way ends.",
        details: """
            The way of row `n` in tree `t` begins at `roots[t]`. At node `i` it goes on with `children[i, 0]` where \
            `x[n, features[i]] ≤ thresholds[i]`, and else with `children[i, 1]`. A child from 0 on is a node, and below it \
            `−1 − l` stands for the leaf `l`, which is the result. A feature may be written as `−1 − f` too: what is not a number \
            then counts as at most the threshold, and any number as at most a threshold that is none. Features and nodes that are not there are the last one. A way of more steps than \
            there are nodes ends at leaf 0.
            """,
        operands: [
            .init("x", "f32 or f64, [N, features]"), .init("features", "i32[nodes]"),
            .init("thresholds", "of the type of x, [nodes]"),
            .init("children", "i32[nodes, 2]"), .init("roots", "i32[trees]"),
        ],
        results: [.init("y", "i32[N, trees]: numbers of leaves")],
        constraints: [
            .init("C1", "five operands"), .init("C2", "x is f32 or f64 rows of a number of features"),
            .init("C3", "the nodes are i32[nodes], [nodes] of the type of x, and i32[nodes, 2]"),
            .init("C4", "the roots are i32[trees]"),
        ],
        example: "leaves = tree_leaves(x, features, thresholds, children, roots)")

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        let checks = OperandChecks(Self.name, operands)
        try checks.count("C1", 5)
        let x = operands[0]
        guard [.f32, .f64].contains(x.elementType), x.rank == 2, x.dimensions[1].number != nil else {
            throw ConstraintViolation(
                "C2", "trees ask for features of rows, not of \(x)", remedy: "give them f32[N, features]",
                at: .operand(0))
        }
        guard operands[1].rank == 1, let nodes = operands[1].dimensions[0].number else {
            throw ConstraintViolation(
                "C3", "\(operands[1]) is no list of features", remedy: "give a number for each node", at: .operand(1))
        }
        try checks.match("C3", 1, TensorType(.i32, [.fixed(nodes)]), "the features")
        try checks.match("C3", 2, TensorType(x.elementType, [.fixed(nodes)]), "the thresholds")
        try checks.match("C3", 3, TensorType(.i32, [.fixed(nodes), 2]), "the children")
        guard operands[4].elementType == .i32, operands[4].rank == 1, let trees = operands[4].dimensions[0].number
        else {
            throw ConstraintViolation(
                "C4", "\(operands[4]) is no list of roots", remedy: "give the number of a node for each tree",
                at: .operand(4))
        }
        return [InferredType(TensorType(.i32, [x.dimensions[0], .fixed(trees)]))]
    }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        [nil, nil, nil, nil, nil]
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        let (features, children) = (operands[1].integers, operands[3].integers)
        let (thresholds, roots) = (operands[2].elements, operands[4].integers)
        let width = operands[0].shape[1]
        var leaves: [Int] = []
        for row in 0..<results[0][0] {
            for root in roots {
                var node = root
                var steps = 0
                while node >= 0, steps < features.count {
                    node = min(node, features.count - 1)
                    let number = features[node]
                    let feature = min(number < 0 ? -1 - number : number, width - 1)
                    let x = operands[0].elements[row * width + feature]
                    let isAtMost = number < 0 ? !(x > thresholds[node]) : x <= thresholds[node]
                    node = children[2 * node + (isAtMost ? 0 : 1)]
                    steps += 1
                }
                leaves.append(node < 0 ? -1 - node : 0)
            }
        }
        return [Tensor(.i32, shape: results[0], integers: leaves)]
    }
}
