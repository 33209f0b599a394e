import ApusGraph

extension ExportTable {
    // What projects by itself, multi_head_attention, is expanded into linear layers and this.
    static let attentions: [ExportEntry] = [
        .of(Attention.self, since: 23) { _, node throws(NodeFailure) in try node.attend() }
    ]
}

extension NodeExport {
    fileprivate mutating func attend() throws(NodeFailure) {
        let heads = int("heads", default: 1)
        let keyHeads = int("key_heads", default: heads)
        let axis = rank() == 4 ? 2 : 1
        let (queries, keys) = (type(0).dimensions[axis], type(1).dimensions[axis])
        // Runtimes differ in what causal means where there are more keys than queries.
        let isPlainCausal = flag("causal") && int("causal_offset", default: 0) == 0 && queries == keys
        let mask = try attentionMask(queries, keys, causal: flag("causal") && !isPlainCausal)
        let inputs = [operand(0), operand(1), operand(2), mask]
        let size = type().dimensions.last?.number ?? 1
        let scale = number("scale") ?? 1 / Double(rank() == 4 ? size : size / heads).squareRoot()
        if rank() == 4 {
            finish("Attention", inputs, ["is_causal": .flag(isPlainCausal), "scale": .float(scale)])
        } else {
            finish(
                "Attention", inputs,
                [
                    "is_causal": .flag(isPlainCausal), "scale": .float(scale), "q_num_heads": .int(heads),
                    "kv_num_heads": .int(keyHeads),
                ])
        }
    }

    /// What the call's mask, its lengths and its causality say together; none where there is nothing to say.
    private mutating func attentionMask(
        _ queries: Dimension, _ keys: Dimension, causal: Bool
    ) throws(NodeFailure) -> String {
        let extras = 3..<max(operandCount, 3)
        let lengths = extras.first { elementType($0) == .i32 }
        let given = extras.first { elementType($0) != .i32 }
        let counts = try numbers([queries, keys])
        var conditions: [String] = []
        if causal {
            let offset = int("causal_offset", default: 0)
            let seen = (0..<counts[0]).flatMap { query in (0..<counts[1]).map { $0 <= query + offset ? 1 : 0 } }
            conditions.append(constant(Tensor(.bool, shape: [1, 1] + counts, integers: seen)))
        }
        if let lengths {
            let column = emit("Reshape", [operand(lengths), vector([-1, 1, 1, 1])])
            let numbers = constant(Tensor(.i32, shape: [counts[1]], integers: Array(0..<counts[1])))
            conditions.append(emit("Less", [numbers, column]))
        }
        var mask = ""
        if let given {
            let dimensions = type(given).dimensions
            mask = operand(given)
            if dimensions.count < 4 {
                let whole = Array(repeating: .fixed(1), count: 4 - dimensions.count) + dimensions
                mask = try reshape(mask, from: dimensions, to: whole)
            }
            if elementType(given) == .bool {
                conditions.append(mask)
                mask = ""
            }
        }
        guard var condition = conditions.first else { return mask }
        for other in conditions.dropFirst() { condition = emit("And", [condition, other]) }
        if mask.isEmpty { return condition }
        return emit("Where", [condition, mask, scalar(-.infinity, .f32)])
    }
}
