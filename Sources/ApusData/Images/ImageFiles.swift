import ApusFiles

extension Image {
    /// An image file larger than this is not read.
    private static let maximumFile = 512 << 20

    /// Reads a PNG, PGM or PPM file. The kind is told by its first bytes, not by its name.
    /// - Throws: ``DataError`` where the file can't be read, is of another kind, is damaged, or has more than
    ///   ``maximumPixelCount`` pixels.
    public static func read(_ path: String) throws(DataError) -> Image {
        try decode(readData(path, limit: maximumFile), name: path)
    }

    /// Reads an image from the bytes of a PNG, PGM or PPM file. `name` is what errors call it.
    public static func decode(_ bytes: [UInt8], name: String) throws(DataError) -> Image {
        if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) { return try decodePNG(bytes, name: name) }
        if bytes.count > 1, bytes[0] == UInt8(ascii: "P"), let format = NetpbmFormat(rawValue: bytes[1]) {
            var reader = NetpbmReader(bytes: bytes, name: name)
            return try reader.read(format)
        }
        throw DataError(
            file: name, problem: bytes.isEmpty ? "is empty" : "is not an image that is read",
            remedy: "give a PNG, PGM or PPM file")
    }

    /// Checks an image's size before memory is taken for it.
    static func checkSize(channels: Int, width: Int, height: Int, name: String) throws(DataError) {
        guard width > 0, height > 0 else {
            throw DataError(file: name, problem: "is an image of \(width) × \(height) pixels")
        }
        // While it is read a pixel has up to four bytes, and two places of three bytes where it has colors.
        let affordable = MemoryLimit.bytes / (channels == 1 ? 4 : 8)
        let limit = min(maximumPixelCount, affordable)
        guard boundedProduct([width, height], limit: limit) != nil else {
            throw DataError(
                file: name,
                problem: "is an image of \(width) × \(height) pixels, more than the \(limit) that are read",
                remedy: "make it smaller first" + (affordable < maximumPixelCount ? ", or \(MemoryLimit.remedy)" : ""))
        }
    }

    /// Writes a PNG file, whole or not at all. The image has one channel or three.
    public func writePNG(to path: String) throws(DataError) { try writeData(encodePNG(name: path), to: path) }
}
