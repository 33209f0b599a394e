extension HTML {
    /// Appends words so that they are shown as they are, as text and within an attribute's quotes.
    ///
    /// Characters that control a terminal, that HTML has no place for, or that change the direction of writing, become U+FFFD: a name
    /// could pass for another with them.
    static func escape(_ words: String, into text: inout String) {
        for scalar in words.unicodeScalars {
            switch scalar {
            case "&": text += "&amp;"
            case "<": text += "&lt;"
            case ">": text += "&gt;"
            case "\"": text += "&quot;"
            case "'": text += "&#39;"
            case "\n", "\t", " "..."~": text.unicodeScalars.append(scalar)
            default: text.unicodeScalars.append(isHarmless(scalar) ? scalar : "\u{FFFD}")
            }
        }
    }

    private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
        default: true
        }
    }
}
