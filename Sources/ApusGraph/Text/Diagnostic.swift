import ApusText

/// A stretch of one line of source text. Lines and columns count from 1, columns in characters.
public struct SourceLocation: Sendable, Hashable {
    public var line: Int
    public var column: Int
    /// In characters; at least 1.
    public var length: Int

    public init(line: Int, column: Int, length: Int = 1) {
        self.line = line
        self.column = column
        self.length = length
    }
}

/// One thing that is wrong with a source text.
public struct Diagnostic: Error, Sendable, Equatable {
    /// Nil where the fault is not in the text, but for example in a setting of the caller.
    public var location: SourceLocation?
    /// What is wrong, with the numbers at hand.
    public var message: String
    /// The label of the broken constraint, `C3`, where an operator's documentation states it.
    public var label: String?
    /// Facts that explain the message: where a number was derived from, what an operand is.
    public var notes: [String]
    /// What to do about it.
    public var remedy: String

    public init(
        _ message: String, at location: SourceLocation?, label: String? = nil, notes: [String] = [], remedy: String
    ) {
        self.location = location
        self.message = message
        self.label = label
        self.notes = notes
        self.remedy = remedy
    }
}

/// Everything that is wrong with a source text, in the order of its lines.
public struct Diagnostics: Error, Sendable, Equatable, CustomStringConvertible {
    /// The name of the file, where it came from one.
    public var file: String?
    public var list: [Diagnostic]
    /// The source line of each diagnostic that has a location.
    private var excerpts: [Int: String]

    init(_ list: [Diagnostic], source: String, file: String?) {
        self.file = file
        self.list = list.enumerated().sorted { first, second in
            let (left, right) = (first.element.location, second.element.location)
            return (left?.line ?? 0, left?.column ?? 0, first.offset)
                < (right?.line ?? 0, right?.column ?? 0, second.offset)
        }.map(\.element)
        let wanted = Set(list.compactMap(\.location?.line))
        excerpts = [:]
        guard let last = wanted.max() else { return }
        let lines = source.split(maxSplits: last, omittingEmptySubsequences: false) { character in
            character == "\n" || character == "\r" || character == "\r\n"
        }
        for line in wanted where line <= lines.count { excerpts[line] = String(lines[line - 1]) }
    }

    /// The diagnostics as people read them, each with its source line and a line that underscores the fault:
    ///
    ///     mnist.graph:12:14: error: flat is f32[N, 288], not f32[N, 300]
    ///     12 | flat: f32[N, 300] = flatten(pool3)
    ///        |              ^~~
    ///        = 288 = 32 × 3 × 3, from pool3: f32[N, 32, 3, 3]
    ///     help: write 288, or leave the type out: it is derived
    public var description: String { list.map(render).joined(separator: "\n\n") }

    private func render(_ diagnostic: Diagnostic) -> String {
        var place = file.map { printable($0) + ":" } ?? ""
        if let location = diagnostic.location { place += "\(location.line):\(location.column):" }
        let label = diagnostic.label.map { " (\($0))" } ?? ""
        var lines = ["\(place)\(place.isEmpty ? "" : " ")error: \(diagnostic.message)\(label)"]
        var margin = ""
        if let location = diagnostic.location, let excerpt = excerpts[location.line] {
            let number = "\(location.line)"
            margin = String(repeating: " ", count: number.count + 1)
            let (text, underscore) = Self.underscore(excerpt, location)
            lines.append("\(number) | \(text)")
            lines.append("\(margin)| \(underscore)")
        }
        lines += diagnostic.notes.map { "\(margin)= \($0)" }
        lines.append("help: \(diagnostic.remedy)")
        return lines.joined(separator: "\n")
    }

    /// The line, cut to what fits on a terminal, and the carets below it.
    private static func underscore(_ line: String, _ location: SourceLocation) -> (text: String, carets: String) {
        let longest = 140
        let skipped = location.column > longest - 20 ? location.column - 40 : 0
        let rest = line.dropFirst(skipped)
        let cut = rest.count > longest
        let text = (skipped > 0 ? "…" : "") + printable(String(rest.prefix(longest))) + (cut ? "…" : "")
        let before = location.column - 1 - skipped + (skipped > 0 ? 1 : 0)
        let length = max(1, min(location.length, text.count - before))
        return (text, String(repeating: " ", count: before) + "^" + String(repeating: "~", count: length - 1))
    }
}
