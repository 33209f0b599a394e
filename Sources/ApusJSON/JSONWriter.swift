extension JSONValue {
    /// The value as text of one line, with nothing between its parts.
    public var compact: String {
        var text = ""
        write(to: &text, indentation: nil)
        return text
    }

    /// The value as text for people: members and elements that are not plain each on a line of their own.
    public var pretty: String {
        var text = ""
        write(to: &text, indentation: 0)
        return text
    }

    private var isPlain: Bool {
        switch self {
        case .array(let elements): elements.isEmpty
        case .object(let members): members.isEmpty
        default: true
        }
    }

    private func write(to text: inout String, indentation: Int?) {
        switch self {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .integer(let value): text += String(value)
        case .number(let value): text += value.isFinite ? value.description : "null"
        case .float(let value): text += value.isFinite ? value.description : "null"
        case .string(let value): Self.writeString(value, to: &text)
        case .array(let elements):
            let inner = elements.allSatisfy { $0.isPlain } ? nil : indentation.map { $0 + 1 }
            Self.writeList("[", "]", count: elements.count, indentation: inner, to: &text) { index, text in
                elements[index].write(to: &text, indentation: inner)
            }
        case .object(let members):
            let inner = indentation.map { $0 + 1 }
            Self.writeList("{", "}", count: members.count, indentation: inner, to: &text) { index, text in
                Self.writeString(members[index].name, to: &text)
                text += inner == nil ? ":" : ": "
                members[index].value.write(to: &text, indentation: inner)
            }
        }
    }

    private static func writeList(
        _ open: String, _ close: String, count: Int, indentation: Int?, to text: inout String,
        element: (Int, inout String) -> Void
    ) {
        text += open
        for index in 0..<count {
            if index > 0 { text += "," }
            if let indentation { text += "\n" + String(repeating: "  ", count: indentation) }
            element(index, &text)
        }
        if let indentation, count > 0 { text += "\n" + String(repeating: "  ", count: indentation - 1) }
        text += close
    }

    /// Escapes what JSON demands, and also DEL and the line separators that JavaScript once did not allow.
    private static func writeString(_ string: String, to text: inout String) {
        text += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case "\0"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}":
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}
