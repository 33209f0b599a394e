/// Reads what ``ByteWriter`` wrote, and believes nothing: each number is checked before it is used, and no list is
/// allocated that its bytes could not hold.
struct ByteReader {
    private let bytes: [UInt8]
    private var position = 0
    /// Where `bytes` begin in the file, for errors.
    private let base: Int
    /// What is read, for errors.
    private let part: String

    /// Reads a copy of the bytes of `range`, which is inside of `file`.
    init(_ file: RawSpan, in range: Range<Int>, part: String) {
        bytes = unsafe file.extracting(range).withUnsafeBytes { unsafe Array($0) }
        base = range.lowerBound
        self.part = part
    }

    /// Where in the file the next read begins.
    var offset: Int { base + position }

    var isAtEnd: Bool { position == bytes.count }

    /// Checks that `count` more bytes are there.
    private func require(_ count: Int) throws(PlanFileError) {
        let rest = bytes.count - position
        if count > rest { throw .truncated(at: offset, needed: count - rest, while: part) }
    }

    mutating func read<Number: FixedWidthInteger & UnsignedInteger>(
        _ type: Number.Type
    ) throws(PlanFileError) -> Number {
        try require(Number.bitWidth / 8)
        var number: Number = 0
        for index in 0..<Number.bitWidth / 8 {
            number |= Number(bytes[position + index]) << Number(8 * index)
        }
        position += Number.bitWidth / 8
        return number
    }

    /// A size, count or offset: not negative, and so far below the largest integer that adding some can't overflow.
    mutating func readCount(_ what: String) throws(PlanFileError) -> Int {
        let start = offset
        let number = try read(UInt64.self)
        guard number <= 1 << 48 else {
            throw .invalid(what: "\(what) is \(Int64(bitPattern: number))", at: start)
        }
        return Int(number)
    }

    mutating func readBytes(_ what: String) throws(PlanFileError) -> [UInt8] {
        let count = try readCount("the length of \(what)")
        try require(count)
        defer { position += count }
        return Array(bytes[position..<(position + count)])
    }

    mutating func readName(_ what: String) throws(PlanFileError) -> String {
        let start = offset
        guard let name = String(validating: try readBytes(what), as: UTF8.self) else {
            throw .invalid(what: "\(what) is not UTF-8", at: start)
        }
        return name
    }

    /// A list whose elements take at least `minimum` bytes each.
    mutating func readList<Element>(
        _ what: String, minimum: Int, _ body: (inout ByteReader) throws(PlanFileError) -> Element
    ) throws(PlanFileError) -> [Element] {
        let count = try readCount("the number of \(what)")
        let (needed, isOverflow) = count.multipliedReportingOverflow(by: minimum)
        try require(isOverflow ? Int.max : needed)
        var list: [Element] = []
        list.reserveCapacity(count)
        for _ in 0..<count { list.append(try body(&self)) }
        return list
    }

    /// A value of an enumeration.
    mutating func readCase<Value: RawRepresentable>(
        _ what: String
    ) throws(PlanFileError) -> Value where Value.RawValue: FixedWidthInteger & UnsignedInteger {
        let start = offset
        let raw = try read(Value.RawValue.self)
        guard let value = Value(rawValue: raw) else { throw .invalid(what: "there is no \(what) \(raw)", at: start) }
        return value
    }

    /// A byte that is 1 or 0.
    mutating func readFlag(_ what: String) throws(PlanFileError) -> Bool {
        let start = offset
        let flag = try read(UInt8.self)
        guard flag <= 1 else { throw .invalid(what: "\(what) is \(flag)", at: start) }
        return flag == 1
    }

    /// Dimensions whose product, in bytes of elements of a size, is a count.
    mutating func readShape(_ what: String, elementBytes: Int = 4) throws(PlanFileError) -> [Int] {
        let start = offset
        let shape = try readList("dimensions of \(what)", minimum: 8) { (reader) throws(PlanFileError) in
            try reader.readCount("a dimension of \(what)")
        }
        var bytes = elementBytes
        for dimension in shape {
            let (product, isOverflow) = bytes.multipliedReportingOverflow(by: dimension)
            guard !isOverflow, product <= 1 << 48 else { throw .invalid(what: "\(what) is too large", at: start) }
            // A zero must not hide a product that overflows in another order.
            bytes = max(product, elementBytes)
        }
        return shape
    }
}
