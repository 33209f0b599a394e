import ApusGraph

/// What stands before the elements of an `.npy` file.
struct NPYHeader {
    let type: ElementType
    let order: NPYArray.Order
    let shape: [Int]
    /// Where the elements begin.
    let end: Int
}

/// Reads the header: a magic, a version, a length, and a Python dictionary with exactly three entries.
struct NPYHeaderReader {
    let bytes: [UInt8]
    let name: String
    private var position = 0
    private var limit = 0

    init(bytes: [UInt8], name: String) {
        self.bytes = bytes
        self.name = name
    }

    mutating func read() throws(DataError) -> NPYHeader {
        guard bytes.starts(with: [0x93] + Array("NUMPY".utf8)), bytes.count >= 12 else {
            throw DataError(file: name, problem: "is not an .npy file", remedy: "write it with numpy.save")
        }
        guard (1...3).contains(bytes[6]), bytes[7] == 0 else {
            throw DataError(
                file: name, problem: "has version \(bytes[6]).\(bytes[7]) of the .npy format",
                remedy: "versions 1.0, 2.0 and 3.0 are read")
        }
        let length: Int
        if bytes[6] == 1 {
            length = Int(bytes[8]) | Int(bytes[9]) << 8
            position = 10
        } else {
            length = Int(bytes[8]) | Int(bytes[9]) << 8 | Int(bytes[10]) << 16 | Int(bytes[11]) << 24
            position = 12
        }
        guard length <= min(bytes.count - position, 1 << 20) else { throw damaged("its header is cut off") }
        limit = position + length
        return try dictionary()
    }

    private mutating func dictionary() throws(DataError) -> NPYHeader {
        var type: ElementType?
        var shape: [Int]?
        var order: Bool?
        try expect("{")
        while !take("}") {
            let key = try string()
            try expect(":")
            switch key {
            case "descr":
                guard current == UInt8(ascii: "'") || current == UInt8(ascii: "\"") else {
                    throw unsupported("has elements of more than one number")
                }
                let text = try string()
                guard let known = ElementType(npyName: text) else { throw unsupported("has elements of type \(text)") }
                type = known
            case "fortran_order": order = try boolean()
            case "shape": shape = try tuple()
            default: throw damaged("its header has an entry '\(key)'")
            }
            if !take(",") {
                try expect("}")
                break
            }
        }
        guard let type, let shape, let order else { throw damaged("its header lacks descr, fortran_order or shape") }
        return NPYHeader(type: type, order: order ? .fortran : .c, shape: shape, end: limit)
    }

    private func damaged(_ problem: String) -> DataError {
        DataError(file: name, problem: "is a damaged .npy file: \(problem)", remedy: "save the array again")
    }

    private func unsupported(_ problem: String) -> DataError {
        DataError(
            file: name, problem: problem,
            remedy: "save it as float16, float32, float64, bool, or an integer of 8 to 64 bits, little-endian")
    }

    /// The next byte that is no space.
    private var current: UInt8? {
        mutating get {
            while position < limit, bytes[position] == 0x20 || bytes[position] == 0x0A { position += 1 }
            return position < limit ? bytes[position] : nil
        }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard current == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ character: Unicode.Scalar) throws(DataError) {
        guard take(character) else { throw damaged("'\(character)' is missing in its header") }
    }

    private mutating func string() throws(DataError) -> String {
        guard let quote = current, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
            throw damaged("a quote is missing in its header")
        }
        guard let end = bytes[position + 1..<limit].firstIndex(of: quote) else {
            throw damaged("a quote is missing in its header")
        }
        defer { position = end + 1 }
        return String(decoding: bytes[position + 1..<end], as: UTF8.self)
    }

    private mutating func boolean() throws(DataError) -> Bool {
        _ = current
        for (word, value) in [("True", true), ("False", false)] where bytes[position..<limit].starts(with: word.utf8) {
            position += word.utf8.count
            return value
        }
        throw damaged("its order is neither True nor False")
    }

    private mutating func tuple() throws(DataError) -> [Int] {
        var numbers: [Int] = []
        try expect("(")
        while !take(")") {
            var value = 0
            var digits = 0
            _ = current
            while position < limit, case let digit = bytes[position] &- UInt8(ascii: "0"), digit < 10 {
                let (next, overflow) = value.multipliedReportingOverflow(by: 10)
                guard !overflow, next <= Int.max - 9 else { throw damaged("a dimension is too large") }
                value = next + Int(digit)
                digits += 1
                position += 1
            }
            guard digits > 0 else { throw damaged("its shape is not a list of numbers") }
            numbers.append(value)
            guard numbers.count <= NPYArray.maximumRank else {
                throw DataError(
                    file: name, problem: "has more than \(NPYArray.maximumRank) dimensions",
                    remedy: "save the array with fewer: reshape it")
            }
            if !take(",") {
                try expect(")")
                break
            }
        }
        return numbers
    }
}
