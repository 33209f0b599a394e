import ApusGraph
import ApusONNX
import ONNXTestSupport
import ONNXSchema
import Testing

extension Model {
    /// What the reference kernels answer, output by output.
    func answers(_ inputs: [String: [Double]], batch: Int = 1) throws -> [String: [Double]] {
        var bindings: [String: Tensor] = [:]
        for id in graph.inputs {
            let value = graph[id]
            let elements = try #require(inputs[value.name])
            bindings[value.name] = Tensor(
                value.type.elementType, shape: value.type.shape(batch: batch), elements: elements)
        }
        for parameter in graph.parameters {
            let value = graph[parameter.value]
            let weights = try #require(weights[value.name])
            bindings[value.name] = Tensor(shape: value.type.shape(batch: 1), elements: weights.map(Double.init))
        }
        let values = ReferenceInterpreter(graph).run(bindings, batch: batch)
        return Dictionary(uniqueKeysWithValues: graph.outputs.map { (graph[$0].name, values[$0.index].elements) })
    }
}

/// The error of a file that can't be taken.
func refusal(
    of model: ModelProto, _ options: ImportOptions = ImportOptions(), path: String = "small.onnx",
    sourceLocation: Testing.SourceLocation = #_sourceLocation
) throws -> ONNXError {
    try #require(throws: ONNXError.self, sourceLocation: sourceLocation) {
        try model.imported(options, path: path)
    }
}

/// The reason of the only failure of a file.
func reason(
    of model: ModelProto, _ options: ImportOptions = ImportOptions(), path: String = "small.onnx",
    sourceLocation: Testing.SourceLocation = #_sourceLocation
) throws -> String {
    let error = try refusal(of: model, options, path: path, sourceLocation: sourceLocation)
    #expect(error.failures.count == 1, "\(error)", sourceLocation: sourceLocation)
    return error.failures.first?.description ?? error.description
}
