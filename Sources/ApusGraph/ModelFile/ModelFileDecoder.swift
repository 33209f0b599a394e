extension ModelFile {
    /// Whether bytes begin as a model file does.
    package static func isModelFile(_ bytes: [UInt8]) -> Bool { bytes.starts(with: magic) }

    /// The model of a file's bytes. Nothing in them is believed before it is checked.
    public static func decode(_ bytes: [UInt8]) throws(ModelFileError) -> Model { try decode(bytes.span) }

    /// The model of a file's bytes, which may be mapped. Nothing in them is believed before it is checked.
    public static func decode(_ bytes: Span<UInt8>) throws(ModelFileError) -> Model {
        let sections = try sections(of: bytes)
        var source = ByteCursor(try section(.graph, sections))
        let text = try source.text(bytes, source.remaining, "the graph")
        let graph: Graph
        do {
            graph = try Graph.parse(text, stored: try constants(bytes, sections[Section.constants.rawValue], of: text))
        } catch let error as ModelFileError {
            throw error
        } catch {
            throw ModelFileError(
                .wrongGraph, "the graph of the model file is wrong:\n\(error)",
                remedy: "export the model again with this version")
        }
        var model = Model(graph: graph)
        model.labels = try strings(bytes, try section(.labels, sections), perItem: 1, "the labels")
        model.preparation = try fields(bytes, try section(.preparation, sections), "the preparation")
        if let range = sections[Section.notes.rawValue] { model.notes = try fields(bytes, range, "the notes") }
        model.weights = try weights(bytes, try section(.weights, sections), of: graph)
        return model
    }

    /// Checks the header, and gives the place of each section.
    private static func sections(of bytes: Span<UInt8>) throws(ModelFileError) -> [UInt32: Range<Int>] {
        guard bytes.count >= headerSize, magic.indices.allSatisfy({ bytes[$0] == magic[$0] }) else {
            throw ModelFileError(
                .notAModelFile, "this is not a model file",
                remedy: "give a file that apus-train or apus-export has written, *.apus")
        }
        var header = ByteCursor(magic.count..<headerSize)
        let found = try header.u32(bytes, "the header")
        guard versions.contains(found) else {
            throw ModelFileError(
                .unknownVersion,
                "the model file is of version \(found), and this program reads version \(versions.upperBound)",
                remedy: found > versions.upperBound ? "use a newer version of apus" : "export the model again")
        }
        let count = try header.u32(bytes, "the header")
        let length = try header.size(bytes, "the header")
        guard length == bytes.count else {
            throw .damaged("it has \(bytes.count) bytes and says \(length)")
        }
        let sum = try header.u64(bytes, "the header")
        var hash = FNVHash()
        for index in headerSize..<bytes.count { hash.combine(bytes[index]) }
        guard hash.value == sum else { throw .damaged("its checksum does not match") }

        guard count <= 64 else { throw .damaged("it says that it has \(count) sections") }
        var table = ByteCursor(headerSize..<bytes.count)
        var sections: [UInt32: Range<Int>] = [:]
        for _ in 0..<count {
            let kind = try table.u32(bytes, "the section table")
            _ = try table.u32(bytes, "the section table")
            let offset = try table.size(bytes, "the section table")
            let length = try table.size(bytes, "the section table")
            guard offset <= bytes.count, length <= bytes.count - offset else {
                throw .damaged("section \(kind) reaches over its end")
            }
            guard sections.updateValue(offset..<offset + length, forKey: kind) == nil else {
                throw .damaged("section \(kind) is there twice")
            }
        }
        return sections
    }

    private static func section(
        _ section: Section, _ sections: [UInt32: Range<Int>]
    ) throws(ModelFileError) -> Range<Int> {
        guard let range = sections[section.rawValue] else { throw .damaged("it has no section '\(section)'") }
        return range
    }

    private static func strings(
        _ bytes: Span<UInt8>, _ range: Range<Int>, perItem: Int, _ what: String
    ) throws(ModelFileError) -> [String] {
        var reader = ByteCursor(range)
        let count = Int(try reader.u32(bytes, what))
        // Each string takes four bytes at least, so that a count beyond that is no reason to reserve memory.
        guard count <= reader.remaining / (4 * perItem) else { throw .damaged("the bytes end too early in \(what)") }
        var strings: [String] = []
        for _ in 0..<count * perItem {
            let length = Int(try reader.u32(bytes, what))
            strings.append(try reader.text(bytes, length, what))
        }
        return strings
    }

    private static func fields(
        _ bytes: Span<UInt8>, _ range: Range<Int>, _ what: String
    ) throws(ModelFileError) -> [Model.Field] {
        let list = try strings(bytes, range, perItem: 2, what)
        return stride(from: 0, to: list.count, by: 2).map { Model.Field(name: list[$0], value: list[$0 + 1]) }
    }

    /// The elements of the constants that the text calls `stored`, by name.
    private static func constants(
        _ bytes: Span<UInt8>, _ range: Range<Int>?, of text: String
    ) throws(ModelFileError) -> [String: Elements] {
        guard let range else { return [:] }
        var table = ByteCursor(range)
        let count = Int(try table.u32(bytes, "the constants"))
        _ = try table.u32(bytes, "the constants")
        let declared = Parser(text).storedConstants
        guard count == declared.count else {
            throw .damaged("it has the elements of \(count) constants, and the graph asks for \(declared.count)")
        }
        var constants: [String: Elements] = [:]
        for (name, type) in declared {
            let offset = try table.size(bytes, "the constants")
            let elements = try table.size(bytes, "the constants")
            guard offset % alignment == 0, range.contains(offset), elements <= (range.upperBound - offset) / type.size
            else { throw .damaged("the constant '\(name)' reaches over its section") }
            constants[name] = Elements(bytes, in: offset..<offset + elements * type.size, of: type)
        }
        return constants
    }

    private static func weights(
        _ bytes: Span<UInt8>, _ range: Range<Int>, of graph: Graph
    ) throws(ModelFileError) -> [String: [Float]] {
        var table = ByteCursor(range)
        let count = Int(try table.u32(bytes, "the weights"))
        _ = try table.u32(bytes, "the weights")
        guard count == graph.parameters.count else {
            throw .damaged("it has weights for \(count) parameters, and the graph has \(graph.parameters.count)")
        }
        var weights: [String: [Float]] = [:]
        for parameter in graph.parameters {
            let value = graph[parameter.value]
            let code = try table.u32(bytes, "the weights")
            _ = try table.u32(bytes, "the weights")
            let offset = try table.size(bytes, "the weights")
            let elements = try table.size(bytes, "the weights")
            if code == absent { continue }
            guard let format = WeightFormat(rawValue: code) else {
                throw .damaged("the weights '\(value.name)' are of the unknown format \(code)")
            }
            guard elements == value.type.sampleElements else {
                throw .damaged("'\(value.name)' has \(elements) weights and is \(value.type)")
            }
            guard offset % alignment == 0, range.contains(offset), elements <= (range.upperBound - offset) / format.size
            else { throw .damaged("the weights '\(value.name)' reach over their section") }
            weights[value.name] = numbers(bytes, at: offset, count: elements, format)
        }
        return weights
    }

    /// - Precondition: the numbers lie within `bytes`.
    private static func numbers(_ bytes: Span<UInt8>, at offset: Int, count: Int, _ format: WeightFormat) -> [Float] {
        unsafe [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            for index in 0..<count {
                let place = offset + index * format.size
                let low = UInt16(bytes[place]) | UInt16(bytes[place + 1]) << 8
                switch format {
                case .f16:
                    unsafe buffer.initializeElement(at: index, to: Float(Float16(bitPattern: low)))
                case .f32:
                    let high = UInt32(bytes[place + 2]) | UInt32(bytes[place + 3]) << 8
                    unsafe buffer.initializeElement(at: index, to: Float(bitPattern: UInt32(low) | high << 16))
                }
            }
            initialized = count
        }
    }
}

/// A place in a part of a file, from which little-endian numbers and texts are read, and never over the part's end.
private struct ByteCursor {
    private var position: Int
    private let end: Int

    /// - Precondition: `range` lies within the bytes that are read.
    init(_ range: Range<Int>) {
        position = range.lowerBound
        end = range.upperBound
    }

    var remaining: Int { end - position }

    private mutating func take(_ count: Int, _ what: String) throws(ModelFileError) -> Range<Int> {
        guard count <= remaining else { throw .damaged("the bytes end too early in \(what)") }
        defer { position += count }
        return position..<position + count
    }

    mutating func u64(_ bytes: Span<UInt8>, _ what: String) throws(ModelFileError) -> UInt64 {
        var number: UInt64 = 0
        for index in try take(8, what).reversed() { number = number << 8 | UInt64(bytes[index]) }
        return number
    }

    mutating func u32(_ bytes: Span<UInt8>, _ what: String) throws(ModelFileError) -> UInt32 {
        var number: UInt32 = 0
        for index in try take(4, what).reversed() { number = number << 8 | UInt32(bytes[index]) }
        return number
    }

    /// An offset or a length.
    mutating func size(_ bytes: Span<UInt8>, _ what: String) throws(ModelFileError) -> Int {
        guard let size = Int(exactly: try u64(bytes, what)) else {
            throw .damaged("a size is too large in \(what)")
        }
        return size
    }

    mutating func text(_ bytes: Span<UInt8>, _ length: Int, _ what: String) throws(ModelFileError) -> String {
        var copy: [UInt8] = []
        for index in try take(length, what) { copy.append(bytes[index]) }
        guard let text = String(validating: copy, as: UTF8.self) else {
            throw .damaged("a text is not UTF-8 in \(what)")
        }
        return text
    }
}
