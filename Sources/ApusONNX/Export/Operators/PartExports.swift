import ApusGraph

extension ExportTable {
    static let parts: [ExportEntry] = [
        .of(Concat.self) { operation, node throws(NodeFailure) in
            node.finish("Concat", node.operands(), ["axis": .int(operation.axis)])
        },
        .of(Split.self) { operation, node throws(NodeFailure) in
            let axis = node.axis(operation.axis)
            let sizes = node.node.results.indices.map { node.resultType($0).dimensions[axis] }
            node.finish("Split", [node.operand(), try node.shape(sizes)], ["axis": .int(axis)])
        },
        .of(Slice.self) { operation, node throws(NodeFailure) in
            guard let starts = operation.starts else {
                var inputs = [node.operand()]
                for index in 1..<node.operandCount { inputs.append(node.shapeOperand(index)) }
                return node.finish("Slice", inputs)
            }
            let axes = operation.axes ?? Array(starts.indices)
            // Runtimes don't slice scalars.
            guard !axes.isEmpty else { return node.finish(node.operand()) }
            node.finish(
                "Slice",
                [
                    node.operand(), try node.shape(starts), try node.shape(operation.ends), node.vector(axes),
                    operation.steps.map { node.vector($0) } ?? "",
                ])
        },
        .of(Flip.self) { operation, node throws(NodeFailure) in
            let axes = operation.axes
            guard !axes.isEmpty else { return node.finish(node.operand()) }
            node.finish(
                "Slice",
                [
                    node.operand(), node.vector(axes.map { _ in -1 }), node.vector(axes.map { _ in Int(Int32.min) }),
                    node.vector(axes), node.vector(axes.map { _ in -1 }),
                ])
        },
        .of(Tile.self) { operation, node throws(NodeFailure) in
            let counts = try operation.repeats.map { (repeats) throws(NodeFailure) in try node.shape(repeats) }
            node.finish("Tile", [node.operand(), counts ?? node.shapeOperand(1)])
        },
        .of(Pad.self, covers: { operation, types in operation.isPlain(types[0]) }) {
            operation, node throws(NodeFailure) in
            guard node.rank() > 0 else { return node.finish(node.operand()) }
            let margins: String
            if let before = operation.before, let after = operation.after {
                margins = node.vector(before + after)
            } else {
                margins = node.shapeOperand(1)
            }
            if operation.mode == .wrap { node.requires(19) }
            let value = operation.mode == .constant ? node.scalar(operation.value, node.elementType()) : ""
            node.finish("Pad", [node.operand(), margins, value], ["mode": .string(operation.mode.rawValue)])
        },
        .of(PadConstant.self) { operation, node throws(NodeFailure) in
            node.finish(
                "Pad",
                [
                    node.operand(), node.vector(operation.before + operation.after),
                    node.scalar(operation.value, node.elementType()),
                ])
        },
        .of(Triangle.self) { operation, node throws(NodeFailure) in
            node.finish(
                "Trilu", [node.operand(), node.scalar(Double(operation.diagonal), .i64)],
                ["upper": .flag(operation.isUpper)])
        },
    ]
}

extension Pad {
    /// Whether runtimes know what is meant: what is no constant is cropped nowhere, and repeated at most once.
    fileprivate func isPlain(_ x: TensorType) -> Bool {
        guard mode != .constant, let before, let after, before.count == x.rank, after.count == x.rank else {
            return true
        }
        return x.dimensions.indices.allSatisfy { axis in
            let margins = [before[axis], after[axis]]
            guard let size = x.dimensions[axis].number else { return margins == [0, 0] }
            let limit = mode == .edge ? Int.max : mode == .reflect ? size - 1 : size
            return margins.allSatisfy { 0...limit ~= $0 }
        }
    }
}
