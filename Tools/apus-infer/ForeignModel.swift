import ApusFiles
import ApusPlan
import Glibc

/// An ONNX file. Reading one takes a library that would make each start of this program longer: `apus-compile` does it, and what
/// is mapped here is its plan.
struct ForeignModel {
    private let arguments: Arguments

    init(_ arguments: Arguments) throws(Failure) {
        self.arguments = arguments
        guard fileExists(arguments.file) else {
            throw Failure("\(arguments.file): can't open it: \(systemErrorText(ENOENT)); check the path")
        }
    }

    /// The plan that the compiler makes, in a folder that is there no longer than this takes.
    func plan(batch: Int) throws(Failure) -> Plan {
        let compiler = try compiler()
        let folder = try ScratchFolder()
        try compile(by: compiler, batch: batch, in: folder)
        let plan = folder.file("model.plan")
        guard let file = try reporting({ () throws(FileError) in try MappedFile(plan) }) else {
            throw Failure("\(compiler) wrote an empty plan; compile \(arguments.file) yourself to see why")
        }
        return try reporting(of: plan) { () throws(PlanFileError) in try PlanFile.decode(file) }
    }

    /// Where the compiler is: beside this program, or in one of the folders where programs are looked for.
    private func compiler() throws(Failure) -> String {
        let path = unsafe getenv("PATH").map { unsafe String(cString: $0) } ?? ""
        let folders = [programFolder()].compactMap(\.self) + path.split(separator: ":").map(String.init)
        let candidates = folders.map { "\($0)/apus-compile" }
        guard let found = candidates.first(where: { unsafe access($0, X_OK) == 0 }) else {
            throw Failure(
                "\(arguments.file) is an ONNX file, which apus-compile reads, and there is none beside apus-infer or in PATH; "
                    + "put it there, or compile the file where it is: apus-compile \(arguments.file) -o model.plan")
        }
        return found
    }

    private var options: [String] {
        var options = arguments.onnxOptions + arguments.until.flatMap { ["--until", $0] }
        if let limit = arguments.memoryLimit { options += ["--memory-limit", limit] }
        if let target = arguments.target { options += ["--target", target.rawValue] }
        if arguments.compute != .f32 { options += ["--compute", arguments.compute.rawValue] }
        switch arguments.convolutions {
        case .direct: options.append("--direct")
        case .approximate: options.append("--allow-approximate")
        default: break
        }
        return options
    }

    /// Runs the compiler to its end. What it complains of becomes this program's error.
    private func compile(by compiler: String, batch: Int, in folder: borrowing ScratchFolder) throws(Failure) {
        let complaints = folder.file("errors")
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
        unsafe posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, complaints, O_WRONLY | O_CREAT, 0o600)
        let words =
            [compiler, "--output", folder.file("model.plan"), "--batch", "\(batch)"] + options + ["--", arguments.file]
        var list = unsafe words.map { unsafe strdup($0) } + [nil]
        defer { unsafe list.forEach { unsafe free($0) } }
        var process: pid_t = 0
        let code = unsafe posix_spawn(&process, compiler, &actions, nil, &list, environ)
        guard code == 0 else { throw Failure("\(compiler) can't be run: \(systemErrorText(code))") }
        var status: Int32 = 0
        while unsafe waitpid(process, &status, 0) < 0 {
            guard errno == EINTR else { throw Failure("\(compiler) can't be waited for: \(systemErrorText(errno))") }
        }
        guard status != 0 else { return }
        let bytes = try reporting { () throws(FileError) in try readFile(complaints) }
        throw failure(of: compiler, String(decoding: bytes, as: UTF8.self), status: status)
    }

    private func failure(of compiler: String, _ complaints: String, status: Int32) -> Failure {
        let prefix = "apus-compile: error: "
        guard status & 0x7f == 0, complaints.hasPrefix(prefix) else {
            return Failure(
                "\(compiler) ended with \(status & 0x7f == 0 ? "status \(status >> 8)" : "signal \(status & 0x7f)") and no plan"
            )
        }
        var message = String(complaints.dropFirst(prefix.count))
        while message.last == "\n" { message.removeLast() }
        guard status >> 8 == EX_USAGE else { return Failure(message) }
        // The usage that follows is that of the other tool.
        return .usage(String(message.prefix { $0 != "\n" }))
    }
}

/// A folder for what is only needed for a moment, with at most two files.
private struct ScratchFolder: ~Copyable {
    private let path: String
    private static let names = ["model.plan", "errors"]

    init() throws(Failure) {
        let base = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
        var template = Array("\(base)/apus-infer-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else {
            throw Failure(
                "\(base): can't make a folder for the plan: \(systemErrorText(errno)); set TMPDIR to another one")
        }
        path = String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    deinit {
        for name in Self.names { _ = unsafe unlink("\(path)/\(name)") }
        _ = unsafe rmdir(path)
    }
}
