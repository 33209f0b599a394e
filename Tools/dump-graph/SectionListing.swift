import ApusCheckpoint
import ApusCommandLine
import ApusFiles
import ApusGraph
import ApusJSON
import ApusPlan
import ApusSections
import ApusToolSupport
import ApusTraining

/// Where the sections of a plan, a model file or a checkpoint lie, and whether their checksums are right.
struct SectionListing {
    private let file: String
    private let content: String
    private let version: FormatVersion
    private let byteCount: Int
    private let parts: [Part]

    /// The header with its table, or a section.
    private struct Part {
        /// Nil for the header.
        var kind: UInt32?
        var name: String
        var offset: Int
        var length: Int
        /// Nil where it has none of its own.
        var sum: UInt64?
        var isRight = true
        var isSkippable = false
    }

    private static let formats = [PlanFile.format, ModelFile.format, CheckpointFile.format]

    init(_ path: String) throws(ToolError) {
        let mapped: MappedFile?
        do throws(FileError) { mapped = try MappedFile(path) } catch { throw ToolError(error) }
        guard let mapped else { throw Self.noSections(path) }
        self = try mapped.withBytes { (bytes) throws(ToolError) in try SectionListing(bytes, path) }
    }

    private init(_ bytes: RawSpan, _ path: String) throws(ToolError) {
        guard let format = Self.formats.first(where: { $0.matches(bytes) }) else { throw Self.noSections(path) }
        file = path
        content = format.content
        byteCount = bytes.byteCount
        if content == ModelFile.format.content, OldSections.areIn(bytes) {
            let old: OldSections
            do throws(ModelFileError) { old = try OldSections(bytes) } catch { throw ToolError(error, file: path) }
            version = FormatVersion(old.version, 0)
            parts = old.ranges.sorted { $0.value.lowerBound < $1.value.lowerBound }.map { kind, range in
                Part(kind: kind, name: format.title(of: kind), offset: range.lowerBound, length: range.count)
            }
            return
        }
        guard !OldCheckpointFile.isIn(bytes) else {
            throw ToolError(
                "\(path) is a checkpoint of version 2, which has no sections; the next one that is written has")
        }
        let table: SectionTable
        do throws(SectionError) { table = try SectionTable(bytes, of: format) } catch {
            throw Self.error(error, format, path)
        }
        version = table.version
        let headerSum = SectionTable.sum(of: bytes, sections: table.entries.count)
        var parts = [
            Part(
                name: "header and table", offset: 0,
                length: SectionTable.headerBytes + table.entries.count * SectionTable.entryBytes, sum: table.sum,
                isRight: headerSum == table.sum)
        ]
        for entry in table.entries {
            let isRight = checksum(bytes.extracting(entry.range)) == entry.sum
            parts.append(
                Part(
                    kind: entry.kind, name: format.name(of: entry.kind) ?? "(not known)", offset: entry.start,
                    length: entry.range.count, sum: entry.sum, isRight: isRight, isSkippable: entry.isSkippable))
        }
        self.parts = parts
    }

    private static func noSections(_ path: String) -> ToolError {
        ToolError("\(path) has no sections; give a plan (.plan), a model file (.apus) or a checkpoint")
    }

    /// What is wrong with a file, in the words of its format.
    private static func error(_ error: SectionError, _ format: SectionFormat, _ path: String) -> ToolError {
        switch format.content {
        case PlanFile.format.content: ToolError(PlanFileError(error), file: path)
        case ModelFile.format.content: ToolError(ModelFileError(error), file: path)
        default: ToolError(CheckpointError(error, file: path))
        }
    }

    /// - Throws: where a checksum is wrong.
    func check() throws(ToolError) {
        let wrong = parts.filter { !$0.isRight }.map(\.name)
        guard wrong.isEmpty else {
            throw ToolError(
                "\(file) is damaged: wrong checksums of \(wrong.joined(separator: ", ")); copy or make it again")
        }
    }

    var text: String {
        var table = Table([.right, .left, .right, .right, .left, .left])
        table.add("kind", "section", "offset", "length", "checksum", "")
        for part in parts {
            let notes = [
                part.sum == nil ? "" : part.isRight ? "right" : "wrong", part.isSkippable ? "may be skipped" : "",
            ].filter { !$0.isEmpty }
            table.add(
                part.kind.map { "\($0)" } ?? "", part.name, formatCount(part.offset), formatCount(part.length),
                part.sum.map(hexadecimal) ?? "that of the file", notes.joined(separator: ", "))
        }
        return "\(content), version \(version), \(formatCount(byteCount)) B\n\n\(table.text)"
    }

    var json: JSONValue {
        [
            "content": .string(content), "version": .string(version.description), "bytes": .integer(byteCount),
            "sections": .array(
                parts.map { part in
                    [
                        "kind": part.kind.map { .integer(Int($0)) } ?? .null, "name": .string(part.name),
                        "offset": .integer(part.offset), "length": .integer(part.length),
                        "checksum": part.sum.map { .string(hexadecimal($0)) } ?? .null, "is_right": .bool(part.isRight),
                        "is_skippable": .bool(part.isSkippable),
                    ]
                }),
        ]
    }

    private func hexadecimal(_ sum: UInt64) -> String {
        let digits = String(sum, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
