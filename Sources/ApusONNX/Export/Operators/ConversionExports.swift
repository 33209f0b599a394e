import ApusGraph

extension ExportTable {
    static let conversions: [ExportEntry] = [
        .of(Cast.self) { operation, node throws(NodeFailure) in
            node.finish("Cast", node.operands(), ["to": .type(operation.elementType)])
        },
        // Other integers are what the composition of formulas is for.
        .of(QuantizeLinear.self, covers: { operation, _ in [.u8, .i8, .u16, .i16].contains(operation.elementType) }) {
            operation, node throws(NodeFailure) in
            if [.u16, .i16].contains(operation.elementType) { node.requires(21) }
            var inputs = node.operands()
            if inputs.count == 2 { inputs.append(node.zeros(operation.elementType)) }
            node.finish("QuantizeLinear", inputs, node.scaled(operation.axis))
        },
        // Codes of 32 bits have no zero point there.
        .of(
            DequantizeLinear.self,
            covers: { _, types in
                [.u8, .i8, .u16, .i16].contains(types[0].elementType)
                    || types[0].elementType == .i32 && types.count == 2
            }
        ) { operation, node throws(NodeFailure) in
            if [.u16, .i16].contains(node.elementType()) { node.requires(21) }
            guard operation.block > 0 else {
                var inputs = node.operands()
                // ONNX Runtime computes with codes where their zeros are written out.
                if inputs.count == 2, node.elementType() != .i32 { inputs.append(node.zeros(node.elementType())) }
                return node.finish("DequantizeLinear", inputs, node.scaled(operation.axis))
            }
            node.requires(21)
            node.finish(
                "DequantizeLinear", node.operands(),
                ["axis": .int(operation.axis), "block_size": .int(operation.block)])
        },
        .of(OneHot.self) { operation, node throws(NodeFailure) in
            let type = operation.elementType
            let (places, depth) = (node.shapeOperand(0), node.scalar(Double(operation.depth), .i64))
            let axis = ExportAttribute.int(operation.axis)
            if type == .f32 || type == .i64 {
                let values = Tensor(.f64, shape: [2], elements: [operation.off, operation.on]).converted(to: type)
                return node.finish("OneHot", [places, depth, node.constant(values)], ["axis": axis])
            }
            // Runtimes have few of the types.
            let marks = node.constant(Tensor(.i64, shape: [2], integers: [0, 1]))
            let marked = node.cast(node.emit("OneHot", [places, depth, marks], ["axis": axis]), to: .bool)
            node.finish("Where", [marked, node.scalar(operation.on, type), node.scalar(operation.off, type)])
        },
    ]

    static let losses: [ExportEntry] = [
        .of(BatchMean.self) { _, node throws(NodeFailure) in
            node.finish("ReduceMean", node.operands(), ["keepdims": .flag(false)])
        },
        .of(CrossEntropy.self) { _, node throws(NodeFailure) in
            let floored = node.emit("Max", [node.operand(), node.scalar(1e-30, .f32)])
            try node.finishLoss(node.emit("Log", [floored]))
        },
        .of(LogitCrossEntropy.self) { _, node throws(NodeFailure) in
            try node.finishLoss(node.emit("LogSoftmax", [node.operand()], ["axis": .int(-1)]))
        },
    ]
}

extension NodeExport {
    /// The axis of a scale; a single scale has none.
    fileprivate func scaled(_ axis: Int) -> ExportAttributes { rank(1) == 0 ? [:] : ["axis": .int(axis)] }

    /// A zero point of 0 for each scale.
    fileprivate mutating func zeros(_ elementType: ElementType) -> String {
        let shape = type(1).shape ?? []
        return constant(Tensor(elementType, shape: shape, integers: Array(repeating: 0, count: shape.reduce(1, *))))
    }

    /// The mean of the negative logarithms at the labels. ONNX's own loss divides by the labels that are classes, ours by all.
    fileprivate mutating func finishLoss(_ logarithms: String) throws(NodeFailure) {
        let classes = try numbers(Array(type().dimensions.suffix(1)))[0]
        let column = emit("Unsqueeze", [operand(1), vector([-1])])
        let numbers = constant(Tensor(.i32, shape: [classes], integers: Array(0..<classes)))
        let chosen = emit("Where", [emit("Equal", [column, numbers]), logarithms, scalar(0, .f32)])
        let rows = emit("ReduceSum", [chosen, vector([-1])], ["keepdims": .flag(false)])
        finish("ReduceMean", [emit("Neg", [rows])], ["keepdims": .flag(false)])
    }
}
