import ApusText

/// Words as a command that a shell takes apart into the same words.
///
/// A word with characters that have a meaning for shells stands in quotes; one with such as a terminal would obey, or not show,
/// as `$'…'`, which bash, ksh and zsh know.
package func shellCommand(_ words: some Sequence<String>) -> String {
    words.map(shellWord).joined(separator: " ")
}

private func shellWord(_ word: String) -> String {
    let plain = Array("%+,-./:=@_".utf8)
    let isPlain = word.utf8.allSatisfy {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0)
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || plain.contains($0)
    }
    if isPlain, !word.isEmpty { return word }
    guard printable(word) != word else { return "'" + word.replacing("'", with: "'\\''") + "'" }
    let characters = word.utf8.map { byte in
        let isSafe = (0x20...0x7E).contains(byte) && byte != UInt8(ascii: "'") && byte != UInt8(ascii: "\\")
        if isSafe { return String(UnicodeScalar(byte)) }
        let digits = String(byte, radix: 8)
        return "\\" + String(repeating: "0", count: 3 - digits.count) + digits
    }
    return "$'" + characters.joined() + "'"
}
