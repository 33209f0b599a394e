import ApusFiles
import Glibc

/// Writes all bytes to a descriptor.
/// - Returns: the error code of the system, or 0.
func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32 {
    var offset = 0
    while offset < bytes.count {
        let count = unsafe Glibc.write(descriptor, bytes.baseAddress.map { unsafe $0 + offset }, bytes.count - offset)
        if count < 0 && errno != EINTR { return errno }
        offset += max(count, 0)
    }
    return 0
}

func write(_ text: String, to descriptor: Int32) -> Int32 {
    let bytes = Array(text.utf8)
    return unsafe bytes.withUnsafeBytes { unsafe write($0, to: descriptor) }
}

/// Writes to standard output.
func printAnswer(_ text: String) throws(Failure) {
    try checkAnswer(write(text, to: STDOUT_FILENO))
}

/// Checks the error code of a write to standard output.
func checkAnswer(_ code: Int32) throws(Failure) {
    guard code == 0 else { throw Failure("can't write to standard output: \(systemErrorText(code))") }
}

/// A number with so many digits after the point, `99.98`; numbers too large for that, and what is not finite, as they are.
func decimal(_ value: Double, digits: Int) -> String {
    var power = 1.0
    for _ in 0..<digits { power *= 10 }
    guard value.isFinite, abs(value) * power < 1e15 else { return value.description }
    let whole = String(Int((abs(value) * power).rounded()))
    let padded = String(repeating: "0", count: max(0, digits + 1 - whole.utf8.count)) + whole
    let sign = value < 0 && padded.utf8.contains { $0 != UInt8(ascii: "0") } ? "-" : ""
    return digits == 0 ? sign + padded : "\(sign)\(padded.dropLast(digits)).\(padded.suffix(digits))"
}

/// The text with spaces after it, to fill a column.
func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
}

/// The text with spaces before it, to fill a column.
func aligned(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
}
