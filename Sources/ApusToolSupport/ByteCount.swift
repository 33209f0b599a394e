import ArgumentParser

/// Reads an option's number of bytes: `4096`, `32K`, `1.5M` or `2G`, in powers of 1,024.
package func byteCount(_ text: String) throws -> Int {
    let units: [(letter: Character, shift: Int)] = [("K", 10), ("M", 20), ("G", 30)]
    let unit = units.first { text.uppercased().last == $0.letter }
    let digits = unit == nil ? text : String(text.dropLast())
    let scale = Double(1 << (unit?.shift ?? 0))
    guard let number = Double(digits), number >= 0, number * scale < 0x1p50 else {
        throw ValidationError("'\(text)' is no number of bytes; write 4096, 32K, 1.5M or 2G")
    }
    return Int(number * scale)
}
