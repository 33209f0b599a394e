import ApusGraph

extension ExportTable {
    static let arithmetic: [ExportEntry] = [
        .plain(Add.self, "Add"), .plain(Subtract.self, "Sub"), .plain(Multiply.self, "Mul"),
        .plain(Divide.self, "Div"), .plain(Minimum.self, "Min"), .plain(Maximum.self, "Max"),
        .plain(Power.self, "Pow"), .plain(Absolute.self, "Abs"), .plain(Sign.self, "Sign"),
        .plain(Reciprocal.self, "Reciprocal"), .plain(Floor.self, "Floor"), .plain(Ceiling.self, "Ceil"),
        .plain(Round.self, "Round"),
        .of(Negate.self) { _, node throws(NodeFailure) in
            let isUnsigned = node.elementType().range?.lowerBound == 0
            guard isUnsigned else { return node.finish("Neg", node.operands()) }
            node.finish("Sub", [node.scalar(0, node.elementType()), node.operand()])
        },
        .of(Modulo.self) { operation, node throws(NodeFailure) in
            // Of floating point ONNX has C's remainder only.
            guard operation.takesDividendSign || !node.elementType().isFloatingPoint else {
                return try node.finish(formula: operation.formula)
            }
            node.finish("Mod", node.operands(), ["fmod": .flag(operation.takesDividendSign)])
        },
        .of(Clip.self) { operation, node throws(NodeFailure) in
            let type = node.elementType()
            let minimum = operation.minimum == -.infinity ? "" : node.scalar(operation.minimum, type)
            let maximum = operation.maximum == .infinity ? "" : node.scalar(operation.maximum, type)
            node.finish("Clip", [node.operand(), minimum, maximum])
        },
    ]

    static let functions: [ExportEntry] = [
        .plain(SquareRoot.self, "Sqrt"), .plain(Exponential.self, "Exp"), .plain(Logarithm.self, "Log"),
        .plain(ErrorFunction.self, "Erf"), .plain(Sine.self, "Sin"), .plain(Cosine.self, "Cos"),
        .plain(Tangent.self, "Tan"), .plain(ArcSine.self, "Asin"), .plain(ArcCosine.self, "Acos"),
        .plain(ArcTangent.self, "Atan"), .plain(HyperbolicSine.self, "Sinh"), .plain(HyperbolicCosine.self, "Cosh"),
        .plain(InverseHyperbolicSine.self, "Asinh"), .plain(InverseHyperbolicCosine.self, "Acosh"),
        .plain(InverseHyperbolicTangent.self, "Atanh"),
    ]

    static let comparisons: [ExportEntry] = [
        .plain(Equal.self, "Equal"), .plain(IsNaN.self, "IsNaN"),
        .of(Less.self) { _, node throws(NodeFailure) in node.compare("Less", truth: "And", denied: 0) },
        .of(LessOrEqual.self) { _, node throws(NodeFailure) in node.compare("LessOrEqual", truth: "Or", denied: 0) },
        .of(Greater.self) { _, node throws(NodeFailure) in node.compare("Greater", truth: "And", denied: 1) },
        .of(GreaterOrEqual.self) { _, node throws(NodeFailure) in
            node.compare("GreaterOrEqual", truth: "Or", denied: 1)
        },
        .of(NotEqual.self) { _, node throws(NodeFailure) in
            node.finish("Not", [node.emit("Equal", node.operands())])
        },
        .of(IsInfinite.self) { operation, node throws(NodeFailure) in
            node.finish(
                "IsInf", node.operands(),
                ["detect_positive": .flag(operation.above), "detect_negative": .flag(operation.below)])
        },
    ]

    static let logic: [ExportEntry] = [
        .plain(And.self, "And"), .plain(Or.self, "Or"), .plain(ExclusiveOr.self, "Xor"), .plain(Not.self, "Not"),
        .plain(Where.self, "Where"), .plain(BitwiseAnd.self, "BitwiseAnd", since: 18),
        .plain(BitwiseOr.self, "BitwiseOr", since: 18), .plain(BitwiseExclusiveOr.self, "BitwiseXor", since: 18),
        .plain(BitwiseNot.self, "BitwiseNot", since: 18),
        .of(BitShift.self) { operation, node throws(NodeFailure) in
            guard node.elementType().range?.lowerBound == 0 else {
                throw node.failure("ONNX shifts the bits of unsigned integers only, and these are \(node.type())")
            }
            node.finish(
                "BitShift", node.operands(), ["direction": .string(operation.toRight ? "RIGHT" : "LEFT")])
        },
    ]
}

extension NodeExport {
    /// Finishes a comparison. Of truth values ONNX has none, but they follow from logic: false is below true.
    ///
    /// - Parameters:
    ///   - truth: what joins two truth values.
    ///   - denied: which of them is denied before.
    fileprivate mutating func compare(_ type: String, truth: String, denied: Int) {
        var values = operands()
        guard elementType() == .bool else { return finish(type, values) }
        values[denied] = emit("Not", [values[denied]])
        finish(truth, values)
    }
}
