import ApusFiles
import ApusGraph
import ApusText
import Glibc

/// Why the tool ends without an answer.
struct Failure: Error {
    /// What is wrong, where, and what to do about it.
    var message: String
    /// 1 where the work failed, 64 where the tool was called in a wrong way.
    var status: Int32

    init(_ message: String) {
        self.message = message
        status = 1
    }

    private init(usage message: String) {
        self.message = message
        status = EX_USAGE
    }

    static func usage(_ message: String) -> Failure { Failure(usage: message) }

    /// Prints the error on standard error and ends the program. What it quotes from files can't control the terminal.
    func exit() -> Never {
        let lines = message.split(separator: "\n", omittingEmptySubsequences: false).map { printable(String($0)) }
        _ = writeAll("\(programName): error: \(lines.joined(separator: "\n"))\n", to: STDERR_FILENO)
        Glibc.exit(status)
    }
}

/// Does something whose error the user is to see, with the file that it is about.
func reporting<Result: ~Copyable, Problem: Error & CustomStringConvertible>(
    of file: String? = nil, _ body: () throws(Problem) -> Result
) throws(Failure) -> Result {
    do {
        return try body()
    } catch {
        throw Failure(file.map { "\($0): \(error)" } ?? error.description)
    }
}
