import ONNXSchema

// Codes are reshaped, and not the numbers that they stand for: then nothing is between those and the layer that reads them, and runtimes
// compute it in integers.
extension ExportState {
    /// Has each `DequantizeLinear` in front of a reshape come behind it, if all numbers have one scale.
    mutating func reshapeCodes() {
        var makers: [String: NodeProto] = [:]
        var written: [NodeProto] = []
        for node in nodes {
            if ["Flatten", "Reshape", "Squeeze", "Unsqueeze"].contains(node.opType), let maker = makers[node.input[0]] {
                let codes = freshName("\(node.output[0]).codes")
                var (reshaped, numbers) = (node, maker)
                (reshaped.name, reshaped.input[0], reshaped.output) = (codes, maker.input[0], [codes])
                (numbers.name, numbers.input[0], numbers.output) = (node.output[0], codes, node.output)
                written += [reshaped, numbers]
            } else {
                written.append(node)
            }
            // One scale for all has no axis.
            if let last = written.last, last.opType == "DequantizeLinear", last.attribute.isEmpty {
                makers[last.output[0]] = last
            }
        }
        var read = Set(graph.outputs.map { graph[$0].name })
        for node in written { read.formUnion(node.input) }
        replaceNodes(written.filter { makers[$0.output[0]] == nil || read.contains($0.output[0]) })
    }
}
