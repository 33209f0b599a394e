package import ApusSections

extension ModelFile {
    /// The file of a model. The graph is compacted.
    ///
    /// With ``WeightFormat/f16`` a parameter is still stored as f32 where a finite weight is too large for half precision,
    /// and statistics always are: a variance needs the range.
    ///
    /// - Throws: where weights are there without a parameter, or do not fill theirs.
    public static func encode(_ model: Model, weights format: WeightFormat) throws(ModelFileError) -> [UInt8] {
        try file(of: model, weights: format).encoded()
    }

    /// The file of a model, to be written without a copy of its weights. As ``encode(_:weights:)``.
    package static func file(of model: Model, weights format: WeightFormat) throws(ModelFileError) -> SectionFile {
        let graph = model.graph.compacted()
        try check(model.weights, graph)
        let stored = graph.constants.filter(isStored)
        var labels = ByteWriter()
        labels.write(list: model.labels) { $0.write(name: $1) }
        var sections = [
            SectionFile.Section(.graph, Array(graph.text(isStored: isStored).utf8)),
            SectionFile.Section(.labels, labels.bytes),
            SectionFile.Section(.preparation, encode(model.preparation)),
            SectionFile.Section(.weights, encode(model.weights, of: graph, as: format)),
            SectionFile.Section(.notes, encode(model.notes)),
        ]
        if !stored.isEmpty { sections.append(SectionFile.Section(.constants, encode(stored, of: graph))) }
        return SectionFile(Self.format, sections)
    }

    private static func isStored(_ constant: Constant) -> Bool { constant.elements.count > largestWrittenConstant }

    private static func check(_ weights: [String: [Float]], _ graph: Graph) throws(ModelFileError) {
        var unclaimed = weights
        for parameter in graph.parameters {
            let value = graph[parameter.value]
            guard let elements = unclaimed.removeValue(forKey: value.name) else { continue }
            guard elements.count == value.type.sampleElements else {
                throw ModelFileError(
                    .wrongWeights, "\(elements.count) weights do not fill '\(value.name)', which is \(value.type)",
                    remedy: "give \(value.type.sampleElements ?? 0)")
            }
        }
        if let name = unclaimed.keys.min() {
            throw ModelFileError(
                .wrongWeights, "the weights '\(name)' belong to no parameter of the graph",
                remedy: "write the graph whose parameters are explicit, and no weights beside them")
        }
    }

    private static func encode(_ fields: [Model.Field]) -> [UInt8] {
        var writer = ByteWriter()
        writer.write(list: fields) { writer, field in
            writer.write(name: field.name)
            writer.write(name: field.value)
        }
        return writer.bytes
    }

    private static func encode(
        _ weights: [String: [Float]], of graph: Graph, as format: WeightFormat
    ) -> JoinedBytes {
        var table = ByteWriter()
        var elements = TensorElements(tableBytes: 8 + graph.parameters.count * weightEntrySize)
        table.write(list: graph.parameters) { table, parameter in
            let numbers = weights[graph[parameter.value].name]
            let fitting = parameter.role == .trained && numbers?.allSatisfy(fitsHalf) == true ? format : .f32
            table.write(numbers == nil ? absent : fitting.rawValue)
            table.write(UInt32(0))
            let offset = numbers.map { numbers in
                fitting == .f32 ? elements.append(FloatBytes(numbers)) : elements.append(HalfBytes(numbers))
            }
            table.write(count: offset ?? 0)
            table.write(count: numbers?.count ?? 0)
        }
        return elements.joined(behind: table.bytes)
    }

    private static func encode(_ constants: [Constant], of graph: Graph) -> JoinedBytes {
        var table = ByteWriter()
        var elements = TensorElements(tableBytes: 8 + constants.count * constantEntrySize)
        table.write(list: constants) { table, constant in
            let type = graph[constant.value].type.elementType
            table.write(count: elements.append(ConstantBytes(elements: constant.elements, type: type)))
            table.write(count: constant.elements.count)
        }
        return elements.joined(behind: table.bytes)
    }

    /// Whether half precision keeps a finite number finite.
    private static func fitsHalf(_ number: Float) -> Bool { Float16(number).isFinite == number.isFinite }
}

extension SectionFile.Section {
    fileprivate init(_ section: ModelFile.Section, _ content: some ByteSource) {
        self.init(section.rawValue, content)
    }
}
