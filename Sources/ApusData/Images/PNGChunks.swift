/// The chunks that a PNG file consists of.
///
/// libpng takes memory for a chunk before it looks whether the file is so long, and for what a compressed text or profile says that it
/// holds. So it gets the chunks that say how pixels look, and none of those that it would only skip, keep or unpack.
enum PNGChunks {
    private static let signatureBytes = 8
    /// Length and name before a chunk's content, and the checksum behind it.
    private static let frameBytes = 12
    /// Those that an image can be read without, but whose colors say what the pixels mean.
    private static let meaningful: Set<[UInt8]> = Set(["tRNS", "gAMA", "cHRM", "sRGB"].map { Array($0.utf8) })

    /// The file without the chunks that libpng doesn't need; the same bytes where there are none. O(bytes).
    ///
    /// - Throws: ``DataError`` where a chunk before the pixels reaches over the end.
    static func needed(of file: [UInt8], name: String) throws(DataError) -> [UInt8] {
        var kept: [Range<Int>] = [0..<min(signatureBytes, file.count)]
        var start = signatureBytes
        while start + frameBytes <= file.count {
            let length = file[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
            let kind = Array(file[start + 4..<start + 8])
            let isPixels = kind == Array("IDAT".utf8)
            guard length <= file.count - start - frameBytes else {
                // Pixels are read as far as they go.
                if isPixels { break }
                throw DataError(
                    file: name,
                    problem:
                        "its PNG data is damaged: a chunk of \(length) bytes at byte \(start) reaches over the end",
                    remedy: "save the image again")
            }
            let end = start + frameBytes + length
            // A small letter first is of what can be done without.
            if kind[0] & 0x20 == 0 || meaningful.contains(kind) { kept.append(start..<end) }
            start = end
            if kind == Array("IEND".utf8) { break }
        }
        if start < file.count { kept.append(start..<file.count) }
        guard kept.count > 1, kept.reduce(0, { $0 + $1.count }) < file.count else { return file }
        return kept.flatMap { file[$0] }
    }
}
