import CBSD

/// Text from a file or an argument, made safe to show on a terminal.
///
/// Text of printable characters is returned as it is. Where it holds a control character, or one that changes the
/// direction of writing, every byte that is not printable ASCII is shown as an escape (strnvis with `\n`, `\033` and so on).
package func untrusted(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: controlsTerminal) else { return text }
    // At most four characters for each byte, and the end.
    var buffer = [CChar](repeating: 0, count: 4 * text.utf8.count + 1)
    // A zero byte would end the C string: its place is taken by its own escape first.
    let source = text.unicodeScalars.map { $0 == "\0" ? "\\0" : String($0) }.joined()
    if source.utf8.count > text.utf8.count { buffer = [CChar](repeating: 0, count: 4 * source.utf8.count + 1) }
    let count = unsafe strnvis(&buffer, source, buffer.count, VIS_CSTYLE | VIS_OCTAL | VIS_TAB | VIS_NL | VIS_NOSLASH)
    guard count >= 0 else { return "?" }
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

private func controlsTerminal(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: true
    default: false
    }
}
