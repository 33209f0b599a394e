extension Graph {
    /// Reads a graph from its text. The result is compacted.
    ///
    /// - Parameters:
    ///   - source: a spec that a person wrote, or what ``text`` gave.
    ///   - file: the name of the file, for the errors.
    ///   - settings: values for settings of the spec, in the place of their defaults.
    /// - Throws: everything that is wrong with the text, up to twenty errors.
    public static func parse(
        _ source: String, file: String? = nil, settings: [String: Int] = [:]
    ) throws(Diagnostics) -> Graph {
        let elaborator = Elaborator(Parser(source), overrides: settings)
        guard elaborator.diagnostics.isEmpty else {
            throw Diagnostics(elaborator.diagnostics, source: source, file: file)
        }
        return elaborator.editor.graph.compacted()
    }

    /// The graph in the language, in canonical order, every type written. ``parse(_:file:settings:)`` gives it back.
    public var text: String {
        var sections: [[String]] = [["model \(name)"], inputs.map { "input \(declaration($0))" }]
        sections.append(
            parameters.map { parameter in
                let keyword = parameter.role == .trained ? "parameter" : "statistic"
                return "\(keyword) \(declaration(parameter.value)) = \(parameter.initializer)"
            })
        sections.append(
            constants.map { constant in
                let elements = constant.elements.map(shortest).joined(separator: ", ")
                return "constant \(declaration(constant.value)) = [\(elements)]"
            })
        let markInPlace = outputsFollowTheNodes
        sections.append(nodes.map { line($0, isOutput: markInPlace && $0.results.allSatisfy(outputs.contains)) })
        if !markInPlace { sections.append(outputs.map { "output \(self[$0].name)" }) }
        sections.append(gradients.map { "gradient \(self[$0.target].name) = \(self[$0.value].name)" })
        sections.append(updates.map { "update \(self[$0.target].name) = \(self[$0.value].name)" })
        return sections.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") + "\n" }.joined(separator: "\n")
    }

    private func declaration(_ id: ValueID) -> String { "\(self[id].name): \(self[id].type)" }

    private func line(_ node: Node, isOutput: Bool) -> String {
        let results = node.results.map(declaration).joined(separator: ", ")
        let arguments = node.operands.map { self[$0].name } + node.operation.attributes.map(\.description)
        return "\(isOutput ? "output " : "")\(results) = \(node.operation.name)(\(arguments.joined(separator: ", ")))"
    }

    /// Whether the outputs are whole results of nodes, in the nodes' order, so that the nodes' own lines can mark them.
    private var outputsFollowTheNodes: Bool {
        let marked = Set(outputs)
        return nodes.flatMap { $0.results.allSatisfy(marked.contains) ? $0.results : [] } == outputs
    }
}

extension Initializer: CustomStringConvertible {
    public var description: String {
        switch self {
        case .constant(let value): "constant(\(shortest(value)))"
        case .glorotUniform(let fanIn, let fanOut): "glorot_uniform(fan_in: \(fanIn), fan_out: \(fanOut))"
        case .heNormal(let fanIn): "he_normal(fan_in: \(fanIn))"
        }
    }
}

/// The fewest digits that give the number back, without a fraction where it is a whole number of the language.
private func shortest(_ value: Double) -> String {
    let digits = value.description
    guard digits.hasSuffix(".0"), digits != "-0.0", abs(value) <= Double(LanguageLimit.integer) else { return digits }
    return String(digits.dropLast(2))
}
