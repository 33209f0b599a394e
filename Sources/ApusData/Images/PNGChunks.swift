/// The chunks that a PNG file consists of.
///
/// libpng takes memory for a chunk before it looks whether the file is so long, and for what a compressed text or profile says that it
/// holds. So it gets the chunks that say how pixels look, and none of those that it would only skip, keep or unpack.
enum PNGChunks {
    private static let signatureBytes = 8
    /// Length and name before a chunk's content, and the checksum behind it.
    private static let frameBytes = 12

    // Names as numbers, of which the first letter is the highest byte.
    private static let pixels = 0x4944_4154  // IDAT
    private static let end = 0x4945_4E44  // IEND

    /// Whether an image can be read without the chunk, but not rightly: its colors say what the pixels mean.
    private static func isMeaningful(_ name: Int) -> Bool {
        switch name {
        case 0x7452_4E53, 0x6741_4D41, 0x6348_524D, 0x7352_4742: true  // tRNS, gAMA, cHRM, sRGB
        default: false
        }
    }

    /// The file without the chunks that libpng doesn't need; the same bytes where there are none. O(bytes).
    ///
    /// - Throws: ``DataError`` where a chunk before the pixels reaches over the end.
    static func needed(of file: [UInt8], name: String) throws(DataError) -> [UInt8] {
        // What is kept, from the first chunk on that isn't.
        var kept: [UInt8]?
        var start = signatureBytes
        while start + frameBytes <= file.count {
            let length = number(in: file, at: start)
            let kind = number(in: file, at: start + 4)
            guard length <= file.count - start - frameBytes else {
                // Pixels are read as far as they go.
                if kind == pixels { break }
                throw DataError(
                    file: name,
                    problem:
                        "its PNG data is damaged: a chunk of \(length) bytes at byte \(start) reaches over the end",
                    remedy: "save the image again")
            }
            let next = start + frameBytes + length
            // A small letter first is of what can be done without.
            if kind & 0x2000_0000 == 0 || isMeaningful(kind) {
                kept?.append(contentsOf: file[start..<next])
            } else if kept == nil {
                kept = Array(file[..<start])
            }
            start = next
            if kind == end { break }
        }
        if start < file.count { kept?.append(contentsOf: file[start...]) }
        return kept ?? file
    }

    /// A number of four bytes, the highest first.
    private static func number(in file: [UInt8], at place: Int) -> Int {
        var number = 0
        for index in place..<place + 4 { number = number << 8 | Int(file[index]) }
        return number
    }
}
