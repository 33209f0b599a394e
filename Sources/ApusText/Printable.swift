/// Text from a file or an argument, made safe to show on a terminal: each character that controls it, or changes the direction
/// of writing, is replaced by U+FFFD, and a tabulator by a space.
///
/// It takes no other kind of string: a generic function would have the Swift runtime search for conformances, a tenth of the time
/// that apus-infer takes to start.
package func printable(_ text: String) -> String {
    if text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) { return text }
    return String(
        text.map { character in
            if character == "\t" { return " " }
            let control = character.unicodeScalars.contains { scalar in
                switch scalar.properties.generalCategory {
                case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: true
                default: false
                }
            }
            return control ? "\u{FFFD}" : character
        })
}
