import ApusFiles

extension Dataset {
    /// Windows of a text: a sample is the numbers of `length` characters, and its target those of the characters that follow. The
    /// characters are the class names, in ascending order.
    ///
    /// - Parameters:
    ///   - text: all of it.
    ///   - length: characters of a sample.
    ///   - alphabet: a model's; the text's own where it is nil.
    ///   - name: the text's file, for errors.
    /// - Throws: ``DataError`` where the text is too short for one window, or has a character that is not in the alphabet.
    public static func text(
        _ text: String, length: Int, alphabet: Alphabet? = nil, name: String? = nil
    ) throws(DataError) -> Dataset {
        guard text.utf8.count <= MemoryLimit.bytes / bytesPerCharacter else {
            throw DataError(
                file: name, problem: "takes up to \(text.utf8.count * bytesPerCharacter) bytes as windows",
                remedy: MemoryLimit.remedy)
        }
        let alphabet = alphabet ?? Alphabet(of: text)
        let windows = try TextWindows(try alphabet.numbers(of: text, name: name), length: length, name: name)
        guard alphabet.count <= maximumClasses else {
            throw DataError(
                file: name, problem: "has \(alphabet.count) different characters",
                remedy: "give a text with at most \(maximumClasses)")
        }
        return try Dataset(
            inputs: [DataColumn(count: windows.count, sampleShape: [length], elements: .integers(windows.inputs))],
            targets: DataColumn(count: windows.count, sampleShape: [length], elements: .integers(windows.targets)),
            classNames: alphabet.labels, hasNamedClasses: true)
    }

    /// The number of a character, as it is read, and twice more in windows.
    private static var bytesPerCharacter: Int { 12 }

    /// The same of files in UTF-8, one after the other.
    public static func loadText(
        _ paths: [String], length: Int, alphabet: Alphabet? = nil
    ) throws(DataError) -> Dataset {
        var text = ""
        for path in paths { text += try readText(path) }
        return try .text(text, length: length, alphabet: alphabet, name: paths.count == 1 ? paths[0] : nil)
    }

    /// Whether a file is a text by its name.
    static func isText(_ name: String) -> Bool { name.hasSuffix(".txt") || name.hasSuffix(".md") }

    private static func readText(_ path: String) throws(DataError) -> String {
        let bytes = try readData(path, limit: 1 << 28)
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        let valid = String(decoding: bytes, as: UTF8.self).utf8
        // What is no UTF-8 is replaced, so the first difference is where it stands.
        let place = zip(bytes, valid).prefix { $0 == $1 }.count
        let line = bytes.prefix(place).count { $0 == UInt8(ascii: "\n") } + 1
        throw DataError(file: path, problem: "line \(line) is no UTF-8", remedy: "convert the text to UTF-8")
    }
}
