import ApusFiles
import ApusJSON
import Glibc
import TestSupport
import Testing

/// Runs the tools that were built beside the tests.
enum Tool {
    /// How a tool ended, and what it printed.
    struct Result {
        /// The exit code; of a tool that a signal ended, 128 and the signal.
        var status: Int32
        var outputBytes: [UInt8]
        var error: String

        var output: String { String(decoding: outputBytes, as: UTF8.self) }

        /// The output as JSON.
        func json() throws -> JSONValue { try JSONValue(parsing: outputBytes) }
    }

    struct SpawnFailure: Error, CustomStringConvertible {
        var description: String
    }

    /// Runs a tool to its end.
    ///
    /// - Parameters:
    ///   - arguments: without the tool's own name.
    ///   - input: what it finds on standard input.
    ///   - environment: variables to set beside those of the tests.
    ///   - outputPath: where standard output goes, in place of the result.
    ///   - seconds: after which the tool is killed.
    ///   - whileRunning: is called with the process's number, again and again, until the tool ends.
    static func run(
        _ name: String, _ arguments: [String], input: [UInt8] = [], environment: [String: String] = [:],
        outputPath: String? = nil, seconds: Int = 600, whileRunning: (pid_t) -> Void = { _ in }
    ) throws -> Result {
        let folder = TestFolder()
        let inputPath = try folder.write("input", input)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        // Files and not pipes: whatever a tool prints, nobody waits for the other.
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, inputPath, O_RDONLY, 0)
        let printed = try folder.write("output", [])
        let errors = try folder.write("error", [])
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, outputPath ?? printed, O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, errors, O_WRONLY, 0)
        // The threads of tests take no signals, and what they start would take none either.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        let path = path(of: name)
        var words = ([path] + arguments).map { strdup($0) } + [nil]
        var variables =
            (inherited(without: environment.keys) + environment.map { "\($0.key)=\($0.value)" })
            .map { strdup($0) } + [nil]
        defer { (words + variables).forEach { free($0) } }
        var process: pid_t = 0
        let code = posix_spawn(&process, path, &actions, &attributes, &words, &variables)
        guard code == 0 else {
            throw SpawnFailure(description: "\(path) can't be run: \(systemErrorText(code)); build it first")
        }
        var status: Int32 = 0
        let end = ContinuousClock.now + .seconds(seconds)
        while true {
            let ended = waitpid(process, &status, WNOHANG)
            if ended == process || (ended < 0 && errno != EINTR) { break }
            if ContinuousClock.now > end { kill(process, SIGKILL) }
            whileRunning(process)
            usleep(500)
        }
        let signal = status & 0x7f
        return Result(
            status: signal == 0 ? (status >> 8) & 0xff : 128 + signal, outputBytes: try readFile(printed),
            error: String(decoding: try readFile(errors), as: UTF8.self))
    }

    /// Where a tool is: beside the tests, but for one that is named by its path.
    static func path(of name: String) -> String { name.hasPrefix("/") ? name : "\(productsFolder)/\(name)" }

    /// Where the tests were built, and the tools with them.
    private static let productsFolder: String = {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        let count = readlink("/proc/self/exe", &buffer, Int(PATH_MAX))
        let path = String(decoding: buffer.prefix(max(count, 0)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    }()

    private static func inherited(without names: some Sequence<String>) -> [String] {
        var variables: [String] = []
        var next = environ
        while let variable = next.pointee {
            let text = String(cString: variable)
            if !names.contains(where: { text.hasPrefix("\($0)=") }) { variables.append(text) }
            next += 1
        }
        return variables
    }
}

/// Expects that a tool ended with a code, printed nothing but one error, and that the error holds these words.
func expectFailure(
    _ result: Tool.Result, status: Int32 = 1, _ words: String..., sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(result.status == status, "\(result.error)", sourceLocation: sourceLocation)
    #expect(result.output == "", sourceLocation: sourceLocation)
    for word in words {
        #expect(result.error.contains(word), "\(result.error)", sourceLocation: sourceLocation)
    }
    #expect(result.error.hasPrefix("apus-") || result.error.hasPrefix("dump-graph"), sourceLocation: sourceLocation)
    #expect(result.error.contains(": error: "), sourceLocation: sourceLocation)
}
