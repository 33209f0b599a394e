import ApusGraph

extension ExportTable {
    static let normalizations: [ExportEntry] = [
        .of(BatchNorm.self) { operation, node throws(NodeFailure) in
            node.finish("BatchNormalization", node.operands(), ["epsilon": .float(operation.epsilon)])
        },
        .of(LayerNorm.self, covers: { _, types in types.count == 3 }) { operation, node throws(NodeFailure) in
            node.finish(
                "LayerNormalization", node.operands(),
                ["axis": .int(operation.axis), "epsilon": .float(operation.epsilon)])
        },
        .of(RootMeanSquareNorm.self, since: 23, covers: { _, types in types.count == 2 }) {
            operation, node throws(NodeFailure) in
            node.finish(
                "RMSNormalization", node.operands(),
                ["axis": .int(operation.axis), "epsilon": .float(operation.epsilon)])
        },
        .of(GroupNorm.self, since: 21, covers: { _, types in types.count == 3 }) {
            operation, node throws(NodeFailure) in
            node.finish(
                "GroupNormalization", node.operands(),
                ["num_groups": .int(operation.groups), "epsilon": .float(operation.epsilon)])
        },
        .of(InstanceNorm.self, covers: { _, types in types.count == 3 && types[0].rank > 2 }) {
            operation, node throws(NodeFailure) in
            node.finish("InstanceNormalization", node.operands(), ["epsilon": .float(operation.epsilon)])
        },
        // Runtimes take images and odd sizes only.
        .of(LocalResponseNorm.self, covers: { operation, types in types[0].rank == 4 && operation.size % 2 == 1 }) {
            operation, node throws(NodeFailure) in
            node.finish(
                "LRN", node.operands(),
                [
                    "size": .int(operation.size), "alpha": .float(operation.alpha), "beta": .float(operation.beta),
                    "bias": .float(operation.k),
                ])
        },
        .of(LpNormalization.self) { operation, node throws(NodeFailure) in
            node.finish("LpNormalization", node.operands(), ["axis": .int(operation.axis), "p": .int(operation.p)])
        },
        .of(Dropout.self) { _, node throws(NodeFailure) in node.finish(node.operand()) },
    ]
}
