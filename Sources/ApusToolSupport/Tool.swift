import ApusCommandLine
import ApusFiles
package import ArgumentParser
import Glibc

/// The version that `--version` prints.
package let apusVersion = Release.version

/// A program of this package: a command that ends with 0, 1 where the work failed, or 64 where it was called in a wrong
/// way, and says on standard error what was wrong. One that throws an `ExitCode` ends with that.
package protocol Tool: ParsableCommand {}

extension Tool {
    /// Parses the arguments, runs the command, and ends the program.
    package static func main() {
        MappedFile.catchShortening()
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch let error as ToolError {
            fail(error.description)
        } catch let code as ExitCode {
            // The command has said itself why.
            Glibc.exit(code.rawValue)
        } catch let error as UsageError {
            fail("\(error)\n\(usageHint)", status: .usage)
        } catch {
            // Help and the version are thrown too, and are no failures.
            let status = exitCode(for: error)
            if status == .success { exit(withError: error) }
            guard status == .validationFailure else { fail("\(error)") }
            fail("\(message(for: error))\n\(usageHint)", status: .usage)
        }
        Glibc.exit(ExitStatus.success.rawValue)
    }

    private static var usageHint: String {
        let usage = usageString().split(separator: "\n").joined(separator: "\n")
        return "Usage: \(usage)\nSee '\(toolName) --help' for more."
    }
}

/// Why a tool's work can't be done: what, where, and what to do about it.
package struct ToolError: Error, Equatable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }

    /// An error of this text; where a file is named, the text begins with its name.
    package init(_ error: some Error & CustomStringConvertible, file: String? = nil) {
        description = (file.map { "\($0): " } ?? "") + error.description
    }
}

/// Writes a result and a line end to standard output.
/// - Throws: ``ToolError`` where it can't be written, on a full disk for example.
package func printResult(_ text: String) throws(ToolError) {
    guard writeAll(text + "\n", to: STDOUT_FILENO) == 0 else {
        throw ToolError("can't write the result to standard output; check where it goes")
    }
}
