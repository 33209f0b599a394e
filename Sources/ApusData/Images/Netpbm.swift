/// The kinds of Netpbm images that are read: the second byte of the file.
enum NetpbmFormat: UInt8 {
    case plainGray = 0x32  // P2
    case plainColor = 0x33  // P3
    case rawGray = 0x35  // P5
    case rawColor = 0x36  // P6

    var channels: Int { self == .plainColor || self == .rawColor ? 3 : 1 }
    var isPlain: Bool { self == .plainGray || self == .plainColor }
}

/// Reads PGM and PPM: magic, width, height, maximum value, then samples as text or as bytes, two of them (the higher one
/// first) where the maximum value is above 255. `#` starts a comment in the header and in text samples.
struct NetpbmReader {
    let bytes: [UInt8]
    let name: String
    private var position = 2

    init(bytes: [UInt8], name: String) {
        self.bytes = bytes
        self.name = name
    }

    mutating func read(_ format: NetpbmFormat) throws(DataError) -> Image {
        let width = try number("width", limit: 1 << 30)
        let height = try number("height", limit: 1 << 30)
        let maximum = try number("maximum value", limit: 65535)
        try Image.checkSize(channels: format.channels, width: width, height: height, name: name)
        guard maximum > 0 else { throw damaged("its maximum value is 0") }
        let count = width * height * format.channels
        let wide = maximum > 255 ? 2 : 1
        if !format.isPlain {
            guard position < bytes.count, isSpace(bytes[position]) else { throw damaged("its header does not end") }
            position += 1
        }
        // Even as text a sample takes a byte and a separator, but for the last.
        let needed = format.isPlain ? 2 * count - 1 : wide * count
        guard bytes.count - position >= needed else {
            throw damaged("it is cut off: \(width) × \(height) pixels do not fit into \(bytes.count - position) bytes")
        }
        var samples = [UInt8](repeating: 0, count: count)
        for index in 0..<count {
            let value: Int
            if format.isPlain {
                value = try number("sample", limit: 65535)
            } else if wide == 2 {
                value = Int(bytes[position + 2 * index]) << 8 | Int(bytes[position + 2 * index + 1])
            } else {
                value = Int(bytes[position + index])
            }
            guard value <= maximum else { throw damaged("a sample is \(value), above the maximum value \(maximum)") }
            samples[index] = maximum == 255 ? UInt8(value) : UInt8((value * 255 + maximum / 2) / maximum)
        }
        return Image(channels: format.channels, height: height, width: width, interleaved: samples)
    }

    private func damaged(_ problem: String) -> DataError {
        DataError(file: name, problem: "its Netpbm data is damaged: \(problem)", remedy: "save the image again")
    }

    private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    private mutating func number(_ what: String, limit: Int) throws(DataError) -> Int {
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: "#") {
                while position < bytes.count, bytes[position] != 0x0A { position += 1 }
            } else if isSpace(bytes[position]) {
                position += 1
            } else {
                break
            }
        }
        let start = position
        var value = 0
        while position < bytes.count, case let digit = bytes[position] &- UInt8(ascii: "0"), digit < 10 {
            value = value * 10 + Int(digit)
            guard value <= limit else { throw damaged("its \(what) is above \(limit)") }
            position += 1
        }
        guard position > start else { throw damaged("a number is needed for its \(what)") }
        return value
    }
}
