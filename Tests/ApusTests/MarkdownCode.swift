import Foundation

/// The project's files, for tests that hold its documents against what is compiled.
enum Repository {
    static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    static let root = tests.deletingLastPathComponent().deletingLastPathComponent()

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    /// A model that comes with the project.
    static func model(_ name: String) -> String { root.appending(path: "Models/\(name)").path }

    /// Calls `body` with a folder that is gone afterwards.
    static func withFolder<Result>(_ body: (URL) async throws -> Result) async throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appending(path: "apus-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try await body(folder)
    }
}

/// The files that the blocks of Swift code in a Markdown text are parts of, in order. A block that begins with `import` or `//`
/// begins a file, and an empty line stands between its blocks.
func swiftFiles(inMarkdown text: String) -> [String] {
    var files: [String] = []
    for part in text.components(separatedBy: "```swift\n").dropFirst() {
        let block = part.components(separatedBy: "```\n")[0]
        if files.isEmpty || block.hasPrefix("import ") || block.hasPrefix("// ") {
            files.append(block)
        } else {
            files[files.count - 1] += "\n" + block
        }
    }
    return files
}
