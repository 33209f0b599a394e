extension ModelFile {
    /// The file of a model. The graph is compacted.
    ///
    /// With ``WeightFormat/f16`` a parameter is still stored as f32 where a finite weight is too large for half precision,
    /// and statistics always are: a variance needs the range.
    ///
    /// - Throws: where weights are there without a parameter, or do not fill theirs.
    public static func encode(_ model: Model, weights format: WeightFormat) throws(ModelFileError) -> [UInt8] {
        let graph = model.graph.compacted()
        try check(model.weights, graph)
        let stored = graph.constants.filter(isStored)
        let sections: [(Section, [UInt8])] = [
            (.graph, Array(graph.text(isStored: isStored).utf8)),
            (.labels, encode(model.labels)),
            (.preparation, encode(model.preparation.flatMap { [$0.name, $0.value] }, perItem: 2)),
            (.notes, encode(model.notes.flatMap { [$0.name, $0.value] }, perItem: 2)),
        ]
        let count = sections.count + (stored.isEmpty ? 1 : 2)
        var file = [UInt8](repeating: 0, count: headerSize + sectionEntrySize * count)
        for (index, (section, content)) in sections.enumerated() {
            file.align()
            file.setEntry(index, section, offset: file.count, length: content.count)
            file += content
        }
        file.align()
        let start = file.count
        appendWeights(model.weights, of: graph, as: format, to: &file)
        file.setEntry(sections.count, .weights, offset: start, length: file.count - start)

        if !stored.isEmpty {
            file.align()
            let start = file.count
            appendConstants(stored, of: graph, to: &file)
            file.setEntry(sections.count + 1, .constants, offset: start, length: file.count - start)
        }

        file.replaceSubrange(0..<magic.count, with: magic)
        file.set(stored.isEmpty ? versions.lowerBound : versions.upperBound, at: 8)
        file.set(UInt32(count), at: 12)
        file.set(UInt64(file.count), at: 16)
        file.set(checksum(file.dropFirst(headerSize)), at: 24)
        return file
    }

    private static func isStored(_ constant: Constant) -> Bool { constant.elements.count > largestWrittenConstant }

    private static func appendConstants(_ constants: [Constant], of graph: Graph, to file: inout [UInt8]) {
        file.append(UInt32(constants.count))
        file.append(UInt32(0))
        let table = file.count
        file += [UInt8](repeating: 0, count: constants.count * constantEntrySize)
        for (index, constant) in constants.enumerated() {
            file.align()
            let entry = table + index * constantEntrySize
            file.set(UInt64(file.count), at: entry)
            file.set(UInt64(constant.elements.count), at: entry + 8)
            file += constant.elements.bytes(of: graph[constant.value].type.elementType)
        }
    }

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

    private static func encode(_ strings: [String], perItem: Int = 1) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(UInt32(strings.count / perItem))
        for string in strings {
            bytes.append(UInt32(string.utf8.count))
            bytes += string.utf8
        }
        return bytes
    }

    private static func appendWeights(
        _ weights: [String: [Float]], of graph: Graph, as format: WeightFormat, to file: inout [UInt8]
    ) {
        file.append(UInt32(graph.parameters.count))
        file.append(UInt32(0))
        let table = file.count
        file += [UInt8](repeating: 0, count: graph.parameters.count * weightEntrySize)
        for (index, parameter) in graph.parameters.enumerated() {
            guard let elements = weights[graph[parameter.value].name] else { continue }
            file.align()
            let fitting = parameter.role == .trained && elements.allSatisfy(fitsHalf) ? format : .f32
            let entry = table + index * weightEntrySize
            file.set(fitting.rawValue, at: entry)
            file.set(UInt64(file.count), at: entry + 8)
            file.set(UInt64(elements.count), at: entry + 16)
            file.reserveCapacity(file.count + elements.count * fitting.size)
            switch fitting {
            case .f32: for element in elements { file.append(element.bitPattern) }
            case .f16: for element in elements { file.append(Float16(element).bitPattern) }
            }
        }
    }

    /// Whether half precision keeps a finite number finite.
    private static func fitsHalf(_ number: Float) -> Bool { Float16(number).isFinite == number.isFinite }
}

extension [UInt8] {
    fileprivate mutating func append(_ number: some FixedWidthInteger) {
        var rest = number
        for _ in 0..<number.bitWidth / 8 {
            append(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
    }

    fileprivate mutating func set(_ number: some FixedWidthInteger, at offset: Int) {
        for index in 0..<number.bitWidth / 8 { self[offset + index] = UInt8(truncatingIfNeeded: number >> (8 * index)) }
    }

    fileprivate mutating func align() {
        let rest = count % ModelFile.alignment
        if rest > 0 { self += [UInt8](repeating: 0, count: ModelFile.alignment - rest) }
    }

    fileprivate mutating func setEntry(_ index: Int, _ section: ModelFile.Section, offset: Int, length: Int) {
        let entry = ModelFile.headerSize + index * ModelFile.sectionEntrySize
        set(section.rawValue, at: entry)
        set(UInt64(offset), at: entry + 8)
        set(UInt64(length), at: entry + 16)
    }
}
