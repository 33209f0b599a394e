/// Reads what ``ByteWriter`` wrote, and believes nothing: each number is checked before it is used, and no list is
/// allocated that its bytes could not hold.
///
/// What is generic is inlinable, so that it is specialized where it is used: looking up types at run time would take longer
/// than reading a plan.
package struct ByteReader {
    @usableFromInline let bytes: [UInt8]
    @usableFromInline var position = 0
    /// Where `bytes` begin in the file, for errors.
    private let base: Int
    /// What is read, for errors.
    private let part: String
    /// How wide the counts of lists and names are.
    private let countWidth: CountWidth

    /// Bytes that the count of a list or name takes. Old files have short ones.
    package enum CountWidth: Sendable {
        case four, eight
    }

    /// Reads a copy of the bytes of `range`, which is inside of `file`.
    package init(_ file: RawSpan, in range: Range<Int>, part: String, counts countWidth: CountWidth = .eight) {
        bytes = unsafe file.extracting(range).withUnsafeBytes { unsafe Array($0) }
        base = range.lowerBound
        self.part = part
        self.countWidth = countWidth
    }

    /// Where in the file the next read begins.
    package var offset: Int { base + position }

    package var isAtEnd: Bool { position == bytes.count }

    /// Checks that `count` more bytes are there.
    @usableFromInline func require(_ count: Int) throws(SectionError) {
        let rest = bytes.count - position
        if count > rest { throw .truncated(at: offset, needed: count - rest, while: part) }
    }

    /// Checks that all bytes were read.
    package func finish() throws(SectionError) {
        guard isAtEnd else { throw .invalid(what: "bytes are left over in \(part)", at: offset) }
    }

    @inlinable package mutating func read<Number: FixedWidthInteger & UnsignedInteger>(
        _ type: Number.Type
    ) throws(SectionError) -> Number {
        try require(Number.bitWidth / 8)
        var number: Number = 0
        for index in 0..<Number.bitWidth / 8 {
            number |= Number(bytes[position + index]) << Number(8 * index)
        }
        position += Number.bitWidth / 8
        return number
    }

    /// A number of double precision, by its bits.
    package mutating func readDouble() throws(SectionError) -> Double { Double(bitPattern: try read(UInt64.self)) }

    /// A size, count or offset: not negative, and so far below the largest integer that adding some can't overflow.
    package mutating func readCount(_ what: String) throws(SectionError) -> Int {
        let start = offset
        let number = try read(UInt64.self)
        guard number <= 1 << 48 else {
            throw .invalid(what: "\(what) is \(Int64(bitPattern: number))", at: start)
        }
        return Int(number)
    }

    /// The count of a list or name.
    @usableFromInline mutating func readLength(_ what: String) throws(SectionError) -> Int {
        switch countWidth {
        case .four: Int(try read(UInt32.self))
        case .eight: try readCount(what)
        }
    }

    package mutating func readBytes(_ what: String) throws(SectionError) -> [UInt8] {
        let count = try readLength("the length of \(what)")
        try require(count)
        defer { position += count }
        return Array(bytes[position..<(position + count)])
    }

    package mutating func readName(_ what: String) throws(SectionError) -> String {
        let start = offset
        return try text(try readBytes(what), what, at: start)
    }

    /// All bytes that are left, as text.
    package mutating func readText(_ what: String) throws(SectionError) -> String {
        let start = offset
        let rest = Array(bytes[position...])
        position = bytes.count
        return try text(rest, what, at: start)
    }

    private func text(_ bytes: [UInt8], _ what: String, at start: Int) throws(SectionError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .invalid(what: "\(what) is not UTF-8 in \(part)", at: start)
        }
        return text
    }

    /// A list whose elements take at least `minimum` bytes each.
    @inlinable package mutating func readList<Element>(
        _ what: String, minimum: Int, _ body: (inout ByteReader) throws(SectionError) -> Element
    ) throws(SectionError) -> [Element] {
        let count = try readLength("the number of \(what)")
        let (needed, isOverflow) = count.multipliedReportingOverflow(by: minimum)
        try require(isOverflow ? Int.max : needed)
        var list: [Element] = []
        list.reserveCapacity(count)
        for _ in 0..<count { list.append(try body(&self)) }
        return list
    }

    /// A value of an enumeration.
    @inlinable package mutating func readCase<Value: RawRepresentable>(
        _ what: String
    ) throws(SectionError) -> Value where Value.RawValue: FixedWidthInteger & UnsignedInteger {
        let raw = try read(Value.RawValue.self)
        guard let value = Value(rawValue: raw) else { throw .unknown(what: "\(what) \(raw)") }
        return value
    }

    /// A byte that is 1 or 0.
    package mutating func readFlag(_ what: String) throws(SectionError) -> Bool {
        let start = offset
        let flag = try read(UInt8.self)
        guard flag <= 1 else { throw .invalid(what: "\(what) is \(flag)", at: start) }
        return flag == 1
    }

    /// Dimensions whose product, in bytes of elements of a size, is a count.
    package mutating func readShape(_ what: String, elementBytes: Int = 4) throws(SectionError) -> [Int] {
        let start = offset
        let shape = try readList("dimensions of \(what)", minimum: 8) { (reader) throws(SectionError) in
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
