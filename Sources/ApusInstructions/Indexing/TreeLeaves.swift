extension Opcode {
    /// `source, features, thresholds, children, roots, destination` · ``TreeLeavesParameters``
    package static let treeLeaves = Opcode(rawValue: 148)
}

/// **treeLeaves** sends the `rows` rows of each sample, of `features` numbers, down `trees` decision trees that have `nodes` nodes
/// together, and gives an `Int32` leaf for each row and tree.
///
/// A way begins at `roots[t]` and goes from node `i` to `children[2 · i]` where the source's feature is at most `thresholds[i]`, else to
/// `children[2 · i + 1]`. A child `c` below 0 is the leaf `−1 − c`. `features[i]` is a feature's number `f`, or `−1 − f` where what is
/// not a number counts as at most the threshold. Any numbers are safe: those beyond the last feature or node count as the last one, and
/// a way of more steps than there are nodes ends at leaf 0.
package struct TreeLeavesParameters: Sendable, BitwiseCopyable {
    package var rows: Int32
    package var features: Int32
    package var nodes: Int32
    package var trees: Int32
    package var sourceSampleStride: Int32
    package var destinationSampleStride: Int32
    /// Whether source and thresholds are f64 and not f32.
    package var isDouble: Int32 = 0

    package init(
        rows: Int, features: Int, nodes: Int, trees: Int, sourceSampleStride: Int, destinationSampleStride: Int
    ) {
        self.rows = Int32(rows)
        self.features = Int32(features)
        self.nodes = Int32(nodes)
        self.trees = Int32(trees)
        self.sourceSampleStride = Int32(sourceSampleStride)
        self.destinationSampleStride = Int32(destinationSampleStride)
    }
}

/// The definition of **treeLeaves**.
package struct TreeLeavesInstruction: InstructionDefinition {
    package static var opcode: Opcode { .treeLeaves }
    package static var name: String { "treeLeaves" }

    private let fields: TreeLeavesParameters

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        fields = try parameters.load(TreeLeavesParameters.self)
        try check(fields.rows, in: 0...Int32.max, "the number of rows")
        try check(fields.features, in: 1...Int32.max, "the number of features")
        try check(fields.nodes, in: 1...(1 << 28), "the number of nodes")
        try check(fields.trees, in: 0...(1 << 28), "the number of trees")
        try check(fields.isDouble, in: 0...1, "isDouble")
        for (count, name) in [(fields.features, "features"), (fields.trees, "leaves")] {
            try require(
                product(Int(fields.rows), Int(count)) < elementLimit,
                "\(fields.rows) rows of \(count) \(name) come to \(elementLimit) elements or more")
        }
    }

    /// A way of as many steps as there are nodes, for each row and tree.
    package func steps(samples: Int) -> Int? {
        turns(samples, Int(fields.rows), Int(fields.trees), Int(fields.nodes))
    }

    package func operands(samples: Int) -> [OperandExtent] {
        let numberBytes = fields.isDouble == 1 ? 8 : 4
        func rows(
            _ name: String, _ access: OperandExtent.Access, of count: Int32, every stride: Int32, bytes: Int
        ) -> OperandExtent {
            OperandExtent(
                name, access,
                bytes: OperandReach(elements: Int(fields.rows) * Int(count)).bytes(
                    elementBytes: bytes, samples: samples, sampleStride: Int(stride)), elementBytes: bytes)
        }
        func table(_ name: String, _ count: Int, bytes: Int = 4) -> OperandExtent {
            OperandExtent(name, .read, bytes: 0..<bytes * count, elementBytes: bytes)
        }
        let nodes = Int(fields.nodes)
        return [
            rows("source", .read, of: fields.features, every: fields.sourceSampleStride, bytes: numberBytes),
            table("features", nodes), table("thresholds", nodes, bytes: numberBytes),
            table("children", 2 * nodes), table("roots", Int(fields.trees)),
            rows("destination", .write, of: fields.trees, every: fields.destinationSampleStride, bytes: 4),
        ]
    }
}
