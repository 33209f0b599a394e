import CBSD
import Glibc

/// Reads a whole number in decimal.
/// - Throws: ``UsageError`` that says the number's range.
package func parseInteger(_ text: String, in range: ClosedRange<Int>) throws(UsageError) -> Int {
    var problem: UnsafePointer<CChar>?
    let value = unsafe strtonum(text, Int64(range.lowerBound), Int64(range.upperBound), &problem)
    if let problem = unsafe problem {
        let reason = unsafe String(cString: problem)
        throw UsageError(
            reason == "invalid"
                ? "'\(text)' is not a whole number from \(range.lowerBound) to \(range.upperBound)"
                : "\(text) is \(reason): give a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return Int(value)
}

/// A number of bytes for people: `18 KiB`, `1.5 MiB`.
package func formatSize(_ bytes: Int) -> String {
    var buffer = [CChar](repeating: 0, count: 16)
    // Eight characters hold "999 KiB" and its end: the number is scaled until it fits.
    let count = unsafe humanize_number(&buffer, 8, Int64(bytes), "B", HN_AUTOSCALE, HN_DECIMAL | HN_IEC_PREFIXES)
    guard count > 0 else { return "\(bytes) B" }
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// A whole number with a comma at each third digit: `12,345`.
package func formatCount(_ count: Int) -> String {
    let digits = Array(String(count.magnitude))
    var text = count < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
        if index > 0 && (digits.count - index) % 3 == 0 { text += "," }
        text.append(digit)
    }
    return text
}

/// Seconds for people: `0:07`, `12:34`, `1:02:03`.
package func formatDuration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0, seconds < 1e9 else { return "-:--" }
    let whole = Int(seconds.rounded())
    let two = { (value: Int) in (value < 10 ? "0" : "") + String(value) }
    let minutes = whole / 60 % 60
    return whole < 3600
        ? "\(minutes):\(two(whole % 60))" : "\(whole / 3600):\(two(minutes)):\(two(whole % 60))"
}
