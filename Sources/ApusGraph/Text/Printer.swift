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
        try parse(source, file: file, settings: settings, stored: [:])
    }

    /// As ``parse(_:file:settings:)``, with the elements of constants that the text calls `stored`, by name.
    static func parse(
        _ source: String, file: String? = nil, settings: [String: Int] = [:], stored: [String: Elements]
    ) throws(Diagnostics) -> Graph {
        let elaborator = Elaborator(Parser(source), overrides: settings, stored: stored)
        guard elaborator.diagnostics.isEmpty else {
            throw Diagnostics(elaborator.diagnostics, source: source, file: file)
        }
        return elaborator.editor.graph.compacted()
    }

    /// The graph in the language, in canonical order, every type written. ``parse(_:file:settings:)`` gives it back.
    public var text: String { text { _ in false } }

    /// As ``text``, with `stored` in place of the elements of some constants.
    func text(isStored: (Constant) -> Bool) -> String {
        var sections: [[String]] = [["model \(languageName(name))"], inputs.map { "input \(declaration($0))" }]
        sections.append(
            parameters.map { parameter in
                let keyword = parameter.role == .trained ? "parameter" : "statistic"
                let prefix = parameter.isFixed ? "fixed " : ""
                return "\(prefix)\(keyword) \(declaration(parameter.value)) = \(parameter.initializer)"
            })
        sections.append(
            constants.map { constant in
                let elements = isStored(constant) ? "stored" : "[\(constant.elements)]"
                return "constant \(declaration(constant.value)) = \(elements)"
            })
        let markInPlace = outputsFollowTheNodes
        sections.append(nodes.map { line($0, isOutput: markInPlace && $0.results.allSatisfy(outputs.contains)) })
        if !markInPlace { sections.append(outputs.map { "output \(word($0))" }) }
        sections.append(gradients.map { "gradient \(word($0.target)) = \(word($0.value))" })
        sections.append(updates.map { "update \(word($0.target)) = \(word($0.value))" })
        return sections.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") + "\n" }.joined(separator: "\n")
    }

    private func word(_ id: ValueID) -> String { languageName(self[id].name) }

    private func declaration(_ id: ValueID) -> String { "\(word(id)): \(self[id].type)" }

    private func line(_ node: Node, isOutput: Bool) -> String {
        let results = node.results.map(declaration).joined(separator: ", ")
        let arguments = node.operands.map(word) + node.operation.attributes.map(\.description)
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
        case .uniform(let bound): "uniform(\(shortest(bound)))"
        case .normal(let deviation): "normal(\(shortest(deviation)))"
        }
    }
}

extension Elements: CustomStringConvertible {
    /// The elements as a constant's line has them.
    public var description: String {
        switch self {
        case .numbers(let numbers): numbers.map(shortest).joined(separator: ", ")
        case .integers(let integers): integers.map(String.init).joined(separator: ", ")
        }
    }
}
