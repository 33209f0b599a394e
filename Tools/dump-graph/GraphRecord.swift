import ApusGraph
import ApusJSON
import ApusReport
import ApusToolSupport

/// A graph as JSON.
struct GraphRecord {
    private let model: Model
    private let graph: Graph
    private let layers: Layers

    init(_ model: Model, file: String) throws(ToolError) {
        self.model = model
        graph = model.graph
        layers = try Layers(model.graph, file: file)
    }

    var value: JSONValue {
        .object([
            .init("model", .string(graph.name)),
            .init("inputs", .array(graph.inputs.map { .object(typed(graph[$0])) })),
            .init("parameters", .array(graph.parameters.map(parameter))),
            .init("constants", .array(graph.constants.map(constant))),
            .init("nodes", .array(layers.list.map(node))),
            .init("outputs", JSONValue(graph.outputs.map { graph[$0].name })),
            .init("gradients", .array(graph.gradients.map(assignment))),
            .init("updates", .array(graph.updates.map(assignment))),
            .init("labels", JSONValue(model.labels)),
            .init("preparation", .object(model.preparation.map { .init($0.name, .string($0.value)) })),
            .init("parameter_count", .integer(layers.parameters)),
            .init("statistic_count", .integer(layers.statistics)),
            .init("multiply_adds", .integer(layers.multiplyAdds)),
        ])
    }

    private func typed(_ value: Value) -> [JSONValue.Member] {
        let shape = value.type.dimensions.map { dimension in
            dimension.number.map { JSONValue.integer($0) } ?? .string(dimension.description)
        }
        return [
            .init("name", .string(value.name)), .init("element_type", .string(value.type.elementType.rawValue)),
            .init("shape", .array(shape)),
        ]
    }

    private func parameter(_ parameter: Parameter) -> JSONValue {
        .object(
            typed(graph[parameter.value]) + [
                .init("role", .string(parameter.role.rawValue)),
                .init("initializer", .string(parameter.initializer.description)),
                .init("has_weights", .bool(model.weights[graph[parameter.value].name] != nil)),
            ])
    }

    private func constant(_ constant: Constant) -> JSONValue {
        let elements: [JSONValue] =
            switch constant.elements {
            case .numbers(let numbers): numbers.map { .number($0) }
            case .integers(let integers): integers.map { .integer($0) }
            }
        return .object(typed(graph[constant.value]) + [.init("elements", .array(elements))])
    }

    private func node(_ layer: Layer) -> JSONValue {
        let results = layer.results.map { value -> JSONValue in
            let derivations = value.derivations.map { $0.map { JSONValue.string($0) } ?? .null }
            return .object(typed(value) + [.init("derivations", .array(derivations))])
        }
        return .object([
            .init("operator", .string(layer.node.operation.name)),
            .init("attributes", .object(layer.node.operation.attributes.map { .init($0.name, json($0.value)) })),
            .init("operands", JSONValue(layer.node.operands.map { graph[$0].name })),
            .init("results", .array(results)),
            .init("parameter_count", .integer(layer.parameters)),
            .init("statistic_count", .integer(layer.statistics)),
            .init("multiply_adds", .integer(layer.multiplyAdds)),
        ])
    }

    private func assignment(_ assignment: Assignment) -> JSONValue {
        ["target": .string(graph[assignment.target].name), "value": .string(graph[assignment.value].name)]
    }

    private func json(_ value: AttributeValue) -> JSONValue {
        switch value {
        case .integer(let number): .integer(number)
        case .number(let number): .number(number)
        case .boolean(let flag): .bool(flag)
        case .word(let word): .string(word)
        case .integers(let numbers): JSONValue(numbers)
        case .dimensions(let dimensions): .array(dimensions.map { .string($0.description) })
        case .numbers(let numbers): .array(numbers.map { .number($0) })
        case .string(let text): .string(text)
        }
    }
}
