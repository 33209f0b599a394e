import ApusFiles
import Glibc
import TestSupport
import Testing

/// A program in C that was compiled with every warning as an error, and linked with the library that was built beside the tests.
struct CProgram {
    let path: String
    private let folder: TestFolder

    /// - Parameter source: a file of the repository.
    init(_ source: String) throws {
        folder = TestFolder()
        path = folder.file("program")
        // Linked by the name that programs know it by, which an installation has beside it.
        try #require(symlink(Self.library, folder.file("libapus.so.0")) == 0)
        let result = try Self.compile(
            [
                "-std=c99", "-O1", "-o", path, repositoryFile(source), folder.file("libapus.so.0"), "-lpthread",
                "-Wl,-rpath,\(folder.path)",
            ])
        try #require(result.status == 0 && result.error == "", "\(result.error)")
    }

    func run(_ arguments: [String], input: [UInt8] = [], environment: [String: String] = [:]) throws -> Tool.Result {
        try Tool.run(path, arguments, input: input, environment: environment)
    }

    /// The library.
    static let library = Tool.path(of: "libapus.so")

    /// Compiles something that includes the header, with every warning as an error.
    static func compile(_ arguments: [String], language: String = "c") throws -> Tool.Result {
        try Tool.run(
            try program(language == "c" ? ["cc", "gcc", "clang"] : ["c++", "g++", "clang++"]),
            [
                "-Wall", "-Wextra", "-Werror", "-pedantic", "-I", repositoryFile("Sources/CApus/include"),
            ] + arguments)
    }

    /// The first of these programs that is in one of the folders where programs are looked for.
    static func program(_ names: [String]) throws -> String {
        let folders = (getenv("PATH").map { String(cString: $0) } ?? "").split(separator: ":")
        let candidates = names.flatMap { name in folders.map { "\($0)/\(name)" } }
        return try #require(candidates.first { access($0, X_OK) == 0 }, "none of \(names) is installed")
    }
}
