/// Reads a number of bytes: `4096`, `32K`, `1.5M` or `2G`, in powers of 1,024. Nil where the text is none, or 2⁵⁰ or more.
package func parsedByteCount(_ text: String) -> Int? {
    let shift =
        switch text.utf8.last {
        case UInt8(ascii: "K"), UInt8(ascii: "k"): 10
        case UInt8(ascii: "M"), UInt8(ascii: "m"): 20
        case UInt8(ascii: "G"), UInt8(ascii: "g"): 30
        default: 0
        }
    let scale = Double(1 << shift)
    guard let number = Double(shift == 0 ? text : String(text.dropLast())), number >= 0, number * scale < 0x1p50 else {
        return nil
    }
    return Int(number * scale)
}
