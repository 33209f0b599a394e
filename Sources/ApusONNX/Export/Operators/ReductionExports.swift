import ApusGraph

extension ExportTable {
    static let reductions: [ExportEntry] = [
        reduction(ReduceSum.self, "ReduceSum", axesSince: 13), reduction(ReduceMean.self, "ReduceMean"),
        reduction(ReduceMax.self, "ReduceMax"), reduction(ReduceMin.self, "ReduceMin"),
        reduction(ReduceProduct.self, "ReduceProd"), reduction(ReduceLogSumExp.self, "ReduceLogSumExp"),
        reduction(ReduceLogSum.self, "ReduceLogSum"), reduction(ReduceL1.self, "ReduceL1"),
        reduction(ReduceL2.self, "ReduceL2"), reduction(ReduceSumSquare.self, "ReduceSumSquare"),
        .of(ArgMax.self) { operation, node throws(NodeFailure) in
            node.finish(
                "ArgMax", node.operands(),
                [
                    "axis": .int(operation.axis), "keepdims": .flag(operation.keep),
                    "select_last_index": .flag(operation.selectLast),
                ])
        },
        .of(ArgMin.self) { operation, node throws(NodeFailure) in
            node.finish(
                "ArgMin", node.operands(),
                [
                    "axis": .int(operation.axis), "keepdims": .flag(operation.keep),
                    "select_last_index": .flag(operation.selectLast),
                ])
        },
        .of(CumulativeSum.self) { operation, node throws(NodeFailure) in
            node.finish(
                "CumSum", [node.operand(), node.scalar(Double(operation.axis), .i64)],
                ["exclusive": .flag(operation.exclusive), "reverse": .flag(operation.reverse)])
        },
    ]

    /// - Parameter axesSince: the version from which on the axes are an input and no attribute.
    private static func reduction<Kind: ReductionOperator>(
        _ kind: Kind.Type, _ type: String, axesSince: Int = 18
    ) -> ExportEntry {
        .of(kind) { operation, node throws(NodeFailure) in
            let keep = ExportAttribute.flag(operation.keep)
            guard !operation.axes.isEmpty else {
                return node.finish(type, node.operands(), ["keepdims": keep])
            }
            guard node.version >= axesSince else {
                return node.finish(type, node.operands(), ["axes": .ints(operation.axes), "keepdims": keep])
            }
            node.finish(type, [node.operand(), node.vector(operation.axes)], ["keepdims": keep])
        }
    }
}
