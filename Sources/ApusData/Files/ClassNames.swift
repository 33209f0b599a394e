import ApusFiles

extension Dataset {
    /// The names of the classes in a folder: the lines of its `labels.txt`, or nil where it has none.
    static func readClassNames(_ folder: String) throws(DataError) -> [String]? {
        let path = "\(folder)/labels.txt"
        guard fileExists(path) else { return nil }
        let text = String(decoding: try readData(path, limit: 1 << 24), as: UTF8.self)
        let lines = text.split(omittingEmptySubsequences: true, whereSeparator: \.isNewline).map(String.init)
        guard !lines.isEmpty, lines.count <= maximumClasses else {
            throw DataError(
                file: path, problem: "names \(lines.count) classes",
                remedy: "write one name on a line, 1 to \(maximumClasses) of them")
        }
        return lines
    }
}
