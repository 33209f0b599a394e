import ApusFiles

/// The files in `Tests/Fixtures`: one folder for each format, and in it one for each version.
public enum Fixture {
    private static let folder =
        "/" + #filePath.split(separator: "/").dropLast(2).joined(separator: "/") + "/Fixtures"

    /// Where a file is, for example `apus/1.0/constants.apus`.
    public static func path(_ name: String) -> String { "\(folder)/\(name)" }

    /// The bytes of a file.
    public static func bytes(_ name: String) throws -> [UInt8] { try readFile(path(name)) }

    /// The names in a folder, sorted.
    public static func names(_ name: String) -> [String] { TestFolder.names(in: path(name)).sorted() }
}
