import ONNXSchema

// Codes are moved and pooled, and not the numbers that they stand for: then nothing is between those and the layer that reads them, and
// runtimes compute it in integers.
extension ExportState {
    /// What gives elements other places, or chooses the greatest of some: of codes it is the same, for scales are above zero.
    private static let moving: Set<String> = ["Flatten", "Reshape", "Squeeze", "Unsqueeze", "Transpose", "MaxPool"]

    /// Has each `DequantizeLinear` in front of such an operator come behind it, if all numbers have one scale.
    mutating func moveCodes() {
        var makers: [String: NodeProto] = [:]
        var written: [NodeProto] = []
        // Pools of ONNX take no other codes than those of 8 bits.
        var bytes = Set(graph.values.filter { [.u8, .i8].contains($0.type.elementType) }.map(\.name))
        for node in nodes {
            if Self.moving.contains(node.opType), node.output.count == 1, let maker = makers[node.input[0]] {
                let codes = freshName("\(node.output[0]).codes")
                bytes.insert(codes)
                var (moved, numbers) = (node, maker)
                (moved.name, moved.input[0], moved.output) = (codes, maker.input[0], [codes])
                (numbers.name, numbers.input[0], numbers.output) = (node.output[0], codes, node.output)
                written += [moved, numbers]
            } else {
                written.append(node)
            }
            // One scale for all has no axis.
            if let last = written.last, last.opType == "DequantizeLinear", last.attribute.isEmpty,
                bytes.contains(last.input[0])
            {
                makers[last.output[0]] = last
            }
        }
        var read = Set(graph.outputs.map { graph[$0].name })
        for node in written { read.formUnion(node.input) }
        replaceNodes(written.filter { makers[$0.output[0]] == nil || read.contains($0.output[0]) })
    }
}
