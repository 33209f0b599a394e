import CZlib

/// Compressed files whose content stands in them as it is, so that changes reach what is behind the compression.
enum StoredGzip {
    /// - Precondition: there are less than 65,536 bytes.
    static func file(_ content: [UInt8]) -> [UInt8] {
        let sum = content.withUnsafeBufferPointer { UInt32(crc32(0, $0.baseAddress, UInt32($0.count))) }
        return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3] + StoredBlock.bytes(content) + littleEndian(sum)
            + littleEndian(UInt32(content.count))
    }

    private static func littleEndian(_ word: UInt32) -> [UInt8] { (0..<4).map { UInt8(word >> (8 * $0) & 0xFF) } }
}

/// The last block of a deflated text, as it is: RFC 1951, section 3.2.4.
private enum StoredBlock {
    static func bytes(_ content: [UInt8]) -> [UInt8] {
        let (low, high) = (UInt8(content.count & 0xFF), UInt8(content.count >> 8))
        return [1, low, high, ~low, ~high] + content
    }
}

/// PNG files of several kinds of pixels.
enum StoredPNG {
    /// Numbers of the format's kinds of pixels: channels, and those with a palette.
    private enum Kind: UInt8 {
        case gray = 0
        case color = 2
        case palette = 3
        case grayAlpha = 4
        case colorAlpha = 6

        var channels: Int {
            switch self {
            case .gray, .palette: 1
            case .grayAlpha: 2
            case .color: 3
            case .colorAlpha: 4
            }
        }
    }

    static var files: [[UInt8]] {
        [
            file(.gray, bits: 8, 5, 4), file(.gray, bits: 1, 11, 3), file(.gray, bits: 16, 3, 3),
            file(.color, bits: 8, 4, 2), file(.colorAlpha, bits: 16, 2, 3), file(.grayAlpha, bits: 8, 3, 2),
            file(.palette, bits: 4, 5, 3), file(.color, bits: 8, 9, 9, isInterlaced: true),
            file(.palette, bits: 2, 9, 10, isInterlaced: true),
        ]
    }

    private static func file(_ kind: Kind, bits: UInt8, _ width: Int, _ height: Int, isInterlaced: Bool = false)
        -> [UInt8]
    {
        var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        let header =
            [0, 0, 0, UInt8(width), 0, 0, 0, UInt8(height), bits, kind.rawValue, 0, 0, isInterlaced ? 1 : 0]
        file += chunk("IHDR", header)
        file += chunk("gAMA", [0, 0, 0xB1, 0x8F])
        if kind == .palette {
            file += chunk("PLTE", (0..<48).map { UInt8($0 * 5) })
            file += chunk("tRNS", [0, 128, 255])
        }
        file += chunk("tEXt", Array("Title\0a picture".utf8))
        var rows: [UInt8] = []
        for (columns, lines) in passes(width, height, isInterlaced) where columns > 0 {
            for line in 0..<lines {
                // Filters of all kinds.
                rows.append(UInt8(line % 5))
                rows += (0..<(columns * kind.channels * Int(bits) + 7) / 8).map {
                    UInt8(truncatingIfNeeded: 37 * $0 + line)
                }
            }
        }
        let sum = rows.withUnsafeBufferPointer { UInt32(adler32(1, $0.baseAddress, UInt32($0.count))) }
        file += chunk("IDAT", [0x78, 0x01] + StoredBlock.bytes(rows) + bigEndian(sum))
        return file + chunk("IEND", [])
    }

    /// Columns and lines of the parts that an image comes in: PNG specification, section 8.
    private static func passes(_ width: Int, _ height: Int, _ isInterlaced: Bool) -> [(Int, Int)] {
        guard isInterlaced else { return [(width, height)] }
        return [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)].map {
            ((width - $0.0 + $0.2 - 1) / $0.2, (height - $0.1 + $0.3 - 1) / $0.3)
        }
    }

    private static func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
        let body = Array(name.utf8) + content
        let sum = body.withUnsafeBufferPointer { UInt32(crc32(0, $0.baseAddress, UInt32($0.count))) }
        return bigEndian(UInt32(content.count)) + body + bigEndian(sum)
    }

    private static func bigEndian(_ word: UInt32) -> [UInt8] { (0..<4).map { UInt8(word >> (24 - 8 * $0) & 0xFF) } }
}
