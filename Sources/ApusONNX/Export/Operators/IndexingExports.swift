import ApusGraph

extension ExportTable {
    static let indexing: [ExportEntry] = [
        .of(Embedding.self) { _, node throws(NodeFailure) in
            node.finish("Gather", [node.operand(1), node.indices(0)], ["axis": .int(0)])
        },
        .of(Gather.self) { operation, node throws(NodeFailure) in
            node.finish("Gather", [node.operand(0), node.indices(1)], ["axis": .int(operation.axis)])
        },
        .of(GatherElements.self) { operation, node throws(NodeFailure) in
            node.finish("GatherElements", [node.operand(0), node.indices(1)], ["axis": .int(operation.axis)])
        },
        .of(GatherND.self) { operation, node throws(NodeFailure) in
            node.finish("GatherND", [node.operand(0), node.shapeOperand(1)], ["batch_dims": .int(operation.batch)])
        },
        .of(ScatterElements.self) { operation, node throws(NodeFailure) in
            node.finish(
                "ScatterElements", [node.operand(0), node.indices(1), node.operand(2)],
                ["axis": .int(operation.axis), "reduction": node.reduction(operation.reduction)])
        },
        .of(ScatterND.self, covers: { operation, _ in operation.batch == 0 }) { operation, node throws(NodeFailure) in
            node.finish(
                "ScatterND", [node.operand(0), node.shapeOperand(1), node.operand(2)],
                ["reduction": node.reduction(operation.reduction)])
        },
        .of(TopK.self) { operation, node throws(NodeFailure) in
            node.finish(
                "TopK", [node.operand(), node.vector([operation.k])],
                ["axis": .int(operation.axis), "largest": .flag(operation.largest), "sorted": .flag(true)])
        },
        .of(Sort.self) { operation, node throws(NodeFailure) in
            let axis = node.axis(operation.axis)
            node.finish(
                "TopK", [node.operand(), try node.size(node.type().dimensions[axis])],
                ["axis": .int(axis), "largest": .flag(operation.descending), "sorted": .flag(true)])
        },
    ]
}

extension NodeExport {
    fileprivate mutating func reduction(_ reduction: ScatterReduction) -> ExportAttribute {
        switch reduction {
        case .none: return .string("none")
        case .add: return .string("add")
        case .multiply: return .string("mul")
        case .maximum, .minimum:
            requires(18)
            return .string(reduction == .maximum ? "max" : "min")
        }
    }
}
