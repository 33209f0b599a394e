import ApusGraph

extension ExportTable {
    static let activations: [ExportEntry] = [
        .plain(Relu.self, "Relu"), .plain(Sigmoid.self, "Sigmoid"), .plain(Tanh.self, "Tanh"),
        .plain(PRelu.self, "PRelu"), .plain(HardSwish.self, "HardSwish"), .plain(Softplus.self, "Softplus"),
        .plain(Softsign.self, "Softsign"), .plain(Mish.self, "Mish", since: 18),
        .of(LeakyRelu.self) { operation, node throws(NodeFailure) in
            node.finish("LeakyRelu", node.operands(), ["alpha": .float(operation.slope)])
        },
        .of(Elu.self) { operation, node throws(NodeFailure) in
            node.finish("Elu", node.operands(), ["alpha": .float(operation.alpha)])
        },
        .of(Selu.self) { operation, node throws(NodeFailure) in
            node.finish(
                "Selu", node.operands(), ["alpha": .float(operation.alpha), "gamma": .float(operation.gamma)])
        },
        .of(Celu.self, covers: { _, types in types[0].elementType == .f32 }) { operation, node throws(NodeFailure) in
            node.finish("Celu", node.operands(), ["alpha": .float(operation.alpha)])
        },
        .of(Gelu.self, since: 20) { operation, node throws(NodeFailure) in
            node.finish(
                "Gelu", node.operands(), ["approximate": .string(operation.isApproximate ? "tanh" : "none")])
        },
        .of(HardSigmoid.self) { operation, node throws(NodeFailure) in
            node.finish(
                "HardSigmoid", node.operands(), ["alpha": .float(operation.alpha), "beta": .float(operation.beta)])
        },
        .of(ThresholdedRelu.self) { operation, node throws(NodeFailure) in
            node.finish("ThresholdedRelu", node.operands(), ["alpha": .float(operation.alpha)])
        },
    ]

    static let softmaxes: [ExportEntry] = [
        .of(Softmax.self) { operation, node throws(NodeFailure) in
            node.finish("Softmax", node.operands(), ["axis": .int(operation.axis)])
        },
        .of(LogSoftmax.self) { operation, node throws(NodeFailure) in
            node.finish("LogSoftmax", node.operands(), ["axis": .int(operation.axis)])
        },
        .of(Hardmax.self) { operation, node throws(NodeFailure) in
            node.finish("Hardmax", node.operands(), ["axis": .int(operation.axis)])
        },
    ]
}
