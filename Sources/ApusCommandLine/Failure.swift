import ApusFiles
import ApusText
import Glibc

/// How a tool ends.
package enum ExitStatus: Int32, Sendable {
    case success = 0
    /// The work could not be done.
    case failure = 1
    /// The tool was called in a wrong way: sysexits' EX_USAGE.
    case usage = 64
}

/// A value on the command line that can't be what it stands for.
package struct UsageError: Error, Equatable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}

/// The name under which this program was called, without its folder.
package var toolName: String {
    let path = CommandLine.arguments.first ?? "apus"
    return path.split(separator: "/").last.map(String.init) ?? path
}

/// Prints `tool: error: message` on standard error and ends the program.
///
/// What the message quotes from files and arguments can't control the terminal.
package func fail(_ message: String, status: ExitStatus = .failure) -> Never {
    printError("\(toolName): error: \(message)")
    exit(status.rawValue)
}

/// Prints `tool: warning: message` on standard error.
package func warn(_ message: String) {
    printError("\(toolName): warning: \(message)")
}

private func printError(_ message: String) {
    let lines = message.split(separator: "\n", omittingEmptySubsequences: false).map { printable(String($0)) }
    // There is no better place to report an error of this.
    _ = writeAll(lines.joined(separator: "\n") + "\n", to: STDERR_FILENO)
}
