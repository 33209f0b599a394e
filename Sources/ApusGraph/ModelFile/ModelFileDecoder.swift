internal import ApusFiles
internal import ApusSections

extension ModelFile {
    /// Whether bytes begin as a model file does.
    package static func isModelFile(_ bytes: [UInt8]) -> Bool { bytes.starts(with: format.magic) }

    /// The model of a file's bytes. Nothing in them is believed before it is checked.
    public static func decode(_ bytes: [UInt8]) throws(ModelFileError) -> Model { try decode(bytes.span) }

    /// The model of a file's bytes, which may be mapped. Nothing in them is believed before it is checked.
    public static func decode(_ file: Span<UInt8>) throws(ModelFileError) -> Model {
        let bytes = unsafe file.bytes
        let sections = try Sections(bytes)
        let text = try text(bytes, sections)
        let graph: Graph
        do {
            graph = try Graph.parse(text, stored: try constants(file, sections, of: text))
        } catch let error as ModelFileError {
            throw error
        } catch {
            throw ModelFileError(
                .wrongGraph, "the graph of the model file is wrong:\n\(error)",
                remedy: "export the model again with this version")
        }
        var model = Model(graph: graph)
        do throws(SectionError) {
            model.labels = try labels(bytes, sections)
            model.preparation = try fields(bytes, .preparation, sections)
            if sections.contains(.notes) { model.notes = try fields(bytes, .notes, sections) }
        } catch { throw ModelFileError(error) }
        model.weights = try weights(bytes, sections, of: graph)
        return model
    }

    private static func text(_ bytes: RawSpan, _ sections: Sections) throws(ModelFileError) -> String {
        do throws(SectionError) {
            var reader = ByteReader(bytes, in: try sections.range(.graph), part: "the graph")
            return try reader.readText("a text")
        } catch { throw ModelFileError(error) }
    }

    private static func labels(_ bytes: RawSpan, _ sections: Sections) throws(SectionError) -> [String] {
        var reader = ByteReader(
            bytes, in: try sections.range(.labels), part: "the labels", counts: sections.counts)
        let labels = try reader.readList("labels", minimum: sections.counts.bytes) { (reader) throws(SectionError) in
            try reader.readName("a text")
        }
        try reader.finish()
        return labels
    }

    private static func fields(
        _ bytes: RawSpan, _ section: Section, _ sections: Sections
    ) throws(SectionError) -> [Model.Field] {
        var reader = ByteReader(
            bytes, in: try sections.range(section), part: "the \(section)", counts: sections.counts)
        let fields = try reader.readList("fields", minimum: 2 * sections.counts.bytes) {
            (reader) throws(SectionError) in
            Model.Field(name: try reader.readName("a text"), value: try reader.readName("a text"))
        }
        try reader.finish()
        return fields
    }

    /// The table of tensors that a section begins with. The count is 8 bytes, or 4 and four zeros.
    ///
    /// - Parameter formats: whether each line begins with one.
    private static func tensors(
        _ bytes: RawSpan, _ range: Range<Int>, _ what: String, formats: Bool
    ) throws(SectionError) -> [TensorEntry] {
        let lineBytes = formats ? weightEntrySize : constantEntrySize
        var head = ByteReader(bytes, in: range.lowerBound..<min(range.lowerBound + 8, range.upperBound), part: what)
        let (lines, isOverflow) = try head.readCount("the number of tensors").multipliedReportingOverflow(by: lineBytes)
        let end = isOverflow ? range.upperBound : min(head.offset + lines, range.upperBound)
        // Only the table is copied.
        var table = ByteReader(bytes, in: range.lowerBound..<end, part: what)
        return try table.readList("tensors", minimum: lineBytes) { (reader) throws(SectionError) in
            var format: UInt32 = 0
            if formats {
                format = try reader.read(UInt32.self)
                _ = try reader.read(UInt32.self)
            }
            let offset = try reader.readCount("an offset")
            return TensorEntry(format: format, offset: offset, elements: try reader.readCount("a number of elements"))
        }
    }

    /// The elements of the constants that the text calls `stored`, by name.
    private static func constants(
        _ bytes: Span<UInt8>, _ sections: Sections, of text: String
    ) throws(ModelFileError) -> [String: Elements] {
        guard sections.contains(.constants) else { return [:] }
        let range: Range<Int>
        let entries: [TensorEntry]
        do throws(SectionError) {
            range = try sections.range(.constants)
            entries = try unsafe tensors(bytes.bytes, range, "the constants", formats: false)
        } catch { throw ModelFileError(error) }
        let declared = Parser(text).storedConstants
        guard entries.count == declared.count else {
            throw .damaged(
                "it has the elements of \(entries.count) constants, and the graph asks for \(declared.count)")
        }
        var constants: [String: Elements] = [:]
        var room = ElementRoom("constants", section: range)
        for (entry, (name, type)) in zip(entries, declared) {
            let place = try sections.elements(
                entry, size: type.size, in: range, otherwise: "the constant '\(name)' reaches over its section")
            // They become doubles or whole numbers of 64 bits.
            try room.take(stored: place.count, read: 8 * entry.elements)
            constants[name] = Elements(bytes, in: place, of: type)
        }
        return constants
    }

    private static func weights(
        _ bytes: RawSpan, _ sections: Sections, of graph: Graph
    ) throws(ModelFileError) -> [String: [Float]] {
        let range: Range<Int>
        let entries: [TensorEntry]
        do throws(SectionError) {
            range = try sections.range(.weights)
            entries = try tensors(bytes, range, "the weights", formats: true)
        } catch { throw ModelFileError(error) }
        guard entries.count == graph.parameters.count else {
            throw .damaged(
                "it has weights for \(entries.count) parameters, and the graph has \(graph.parameters.count)")
        }
        var weights: [String: [Float]] = [:]
        var room = ElementRoom("weights", section: range)
        for (entry, parameter) in zip(entries, graph.parameters) where entry.format != absent {
            let value = graph[parameter.value]
            guard let format = WeightFormat(rawValue: entry.format) else {
                throw .unknown("the weights '\(value.name)' in the format \(entry.format)")
            }
            guard entry.elements == value.type.sampleElements else {
                throw .damaged("'\(value.name)' has \(entry.elements) weights and is \(value.type)")
            }
            let place = try sections.elements(
                entry, size: format.size, in: range,
                otherwise: "the weights '\(value.name)' reach over their section")
            try room.take(stored: place.count, read: 4 * entry.elements)
            let stored = bytes.extracting(place)
            weights[value.name] =
                format == .f32 ? [Float](littleEndianBytes: stored) : [Float](halves: stored)
        }
        return weights
    }
}

extension ByteReader.CountWidth {
    /// Bytes of a count.
    fileprivate var bytes: Int { self == .four ? 4 : 8 }
}
