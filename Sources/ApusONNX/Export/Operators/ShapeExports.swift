import ApusGraph

extension ExportTable {
    static let shapes: [ExportEntry] = [
        .of(Flatten.self) { operation, node throws(NodeFailure) in
            node.finish("Flatten", node.operands(), ["axis": .int(operation.axis)])
        },
        .of(Reshape.self) { _, node throws(NodeFailure) in
            let target =
                node.operandCount > 1
                ? node.shapeOperand(1) : try node.target(from: node.type().dimensions, to: node.resultType().dimensions)
            node.finish("Reshape", [node.operand(), target])
        },
        .of(Squeeze.self) { operation, node throws(NodeFailure) in
            let dimensions = node.type().dimensions
            let axes = operation.axes ?? dimensions.indices.filter { dimensions[$0] == 1 }
            guard !axes.isEmpty else { return node.finish(node.operand()) }
            node.finish("Squeeze", [node.operand(), node.vector(axes)])
        },
        .of(Unsqueeze.self) { operation, node throws(NodeFailure) in
            guard !operation.axes.isEmpty else { return node.finish(node.operand()) }
            node.finish("Unsqueeze", [node.operand(), node.vector(operation.axes)])
        },
        .of(Expand.self) { _, node throws(NodeFailure) in
            if node.operandCount > 1 { return node.finish("Expand", [node.operand(), node.shapeOperand(1)]) }
            // Where x has the dimension already, a 1 keeps it.
            let (old, new) = (node.type().dimensions, node.resultType().dimensions)
            let kept = new.indices.map { axis -> Dimension in
                let place = axis - (new.count - old.count)
                return place >= 0 && new[axis].number == nil && old[place] == new[axis] ? 1 : new[axis]
            }
            node.finish("Expand", [node.operand(), try node.shape(kept)])
        },
        .plain(Identity.self, "Identity"),
        .of(Transpose.self) { operation, node throws(NodeFailure) in
            let rank = node.rank()
            let permutation = operation.permutation.map { $0.map { node.axis($0, rank: rank) } }
            node.finish(
                "Transpose", node.operands(), ["perm": .ints(permutation ?? Array((0..<rank).reversed()))])
        },
    ]

    static let sizes: [ExportEntry] = [
        .of(ShapeOf.self) { operation, node throws(NodeFailure) in
            guard let end = operation.end else {
                return node.finish("Shape", node.operands(), ["start": .int(operation.start)])
            }
            node.finish("Shape", node.operands(), ["start": .int(operation.start), "end": .int(end)])
        },
        .plain(Size.self, "Size"),
        .of(Full.self) { operation, node throws(NodeFailure) in
            let target = node.operandCount > 0 ? node.shapeOperand(0) : try node.shape(node.resultType().dimensions)
            let value = Tensor(.f64, shape: [1], elements: [operation.value]).converted(to: operation.elementType)
            node.finish("ConstantOfShape", [target], ["value": .tensor(value)])
        },
        .of(NumberRange.self) { operation, node throws(NodeFailure) in try node.finish(operation) },
        .of(EyeLike.self) { operation, node throws(NodeFailure) in
            node.finish(
                "EyeLike", node.operands(),
                ["k": .int(operation.diagonal), "dtype": .type(operation.elementType)])
        },
    ]

    static let blocks: [ExportEntry] = [
        .of(DepthToSpace.self) { operation, node throws(NodeFailure) in
            node.finish(
                "DepthToSpace", node.operands(),
                ["blocksize": .int(operation.block), "mode": .string(operation.mode == .depth ? "DCR" : "CRD")])
        },
        // ONNX has one of the two modes.
        .of(SpaceToDepth.self, covers: { operation, _ in operation.mode == .depth }) {
            operation, node throws(NodeFailure) in
            node.finish("SpaceToDepth", node.operands(), ["blocksize": .int(operation.block)])
        },
    ]
}

extension NodeExport {
    fileprivate mutating func finish(_ range: NumberRange) throws(NodeFailure) {
        guard let count = range.count else {
            var inputs: [String] = []
            for index in 0..<operandCount {
                inputs.append(rank(index) == 0 ? operand(index) : emit("Reshape", [operand(index), vector([])]))
            }
            return finish("Range", inputs)
        }
        let numbers = emit(
            "Range",
            [scalar(0, .i64), emit("Reshape", [try size(count), vector([])]), scalar(1, .i64)])
        if range.start == 0, range.step == 1, range.elementType == .i64 { return finish(numbers) }
        // In double precision, as the numbers are said.
        let steps = emit("Mul", [cast(numbers, to: .f64), scalar(range.step, .f64)])
        let moved = emit("Add", [steps, scalar(range.start, .f64)])
        finish(cast(moved, to: range.elementType))
    }
}
