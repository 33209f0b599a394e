package import ApusGraph

/// Makes the named values the outputs, in place of those that the graph has.
package struct SelectOutputs: Pass {
    public let name = "select-outputs"
    public var values: [String]

    public init(_ values: [String]) { self.values = values }

    public func apply(to model: Model) throws(PassError) -> Model {
        var model = model
        var outputs: [ValueID] = []
        for value in values {
            guard let id = model.graph.value(named: value) else {
                throw PassError(
                    pass: name, place: value, message: "the model has no value '\(value)'",
                    remedy: "choose one of \(model.graph.values.map(\.name).joined(separator: ", "))")
            }
            guard !outputs.contains(id) else { continue }
            outputs.append(id)
        }
        model.graph.outputs = outputs
        return model
    }
}
