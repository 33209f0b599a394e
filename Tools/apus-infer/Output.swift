import ApusFiles
import Glibc

/// Writes to standard output.
func printAnswer(_ text: String) throws(Failure) {
    try checkAnswer(writeAll(text, to: STDOUT_FILENO))
}

/// Checks the error code of a write to standard output.
func checkAnswer(_ code: Int32) throws(Failure) {
    guard code == 0 else { throw Failure("can't write to standard output: \(systemErrorText(code))") }
}

/// The text with spaces after it, to fill a column.
func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
}

/// The text with spaces before it, to fill a column.
func aligned(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
}
