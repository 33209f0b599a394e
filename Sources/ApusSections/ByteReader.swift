/// Reads what ``ByteWriter`` wrote, and believes nothing: each number is checked before it is used, and no list is
/// allocated that its bytes could not hold.
///
/// Words for errors are made when an error comes: making them each time would take longer than reading a plan.
package struct ByteReader {
    private let bytes: [UInt8]
    private var position = 0
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
    private func require(_ count: Int) throws(SectionError) {
        let rest = bytes.count - position
        if count > rest { throw .truncated(at: offset, needed: count - rest, while: part) }
    }

    /// Checks that all bytes were read.
    package func finish() throws(SectionError) {
        guard isAtEnd else { throw .invalid(what: "bytes are left over in \(part)", at: offset) }
    }

    private mutating func number<Number: FixedWidthInteger & UnsignedInteger>() throws(SectionError) -> Number {
        try require(Number.bitWidth / 8)
        var number: Number = 0
        for index in 0..<Number.bitWidth / 8 {
            number |= Number(bytes[position + index]) << Number(8 * index)
        }
        position += Number.bitWidth / 8
        return number
    }

    package mutating func read(_ type: UInt8.Type) throws(SectionError) -> UInt8 { try number() }
    package mutating func read(_ type: UInt16.Type) throws(SectionError) -> UInt16 { try number() }
    package mutating func read(_ type: UInt32.Type) throws(SectionError) -> UInt32 { try number() }
    package mutating func read(_ type: UInt64.Type) throws(SectionError) -> UInt64 { try number() }

    /// A number of double precision, by its bits.
    package mutating func readDouble() throws(SectionError) -> Double { Double(bitPattern: try read(UInt64.self)) }

    /// A size, count or offset: not negative, and so far below the largest integer that adding some can't overflow.
    package mutating func readCount(_ what: @autoclosure () -> String) throws(SectionError) -> Int {
        let start = offset
        let number = try read(UInt64.self)
        guard number <= 1 << 48 else {
            throw .invalid(what: "\(what()) is \(Int64(bitPattern: number))", at: start)
        }
        return Int(number)
    }

    /// The count of a list or name.
    private mutating func readLength(_ what: @autoclosure () -> String) throws(SectionError) -> Int {
        switch countWidth {
        case .four: Int(try read(UInt32.self))
        case .eight: try readCount(what())
        }
    }

    package mutating func readBytes(_ what: @autoclosure () -> String) throws(SectionError) -> [UInt8] {
        let count = try readLength("the length of \(what())")
        try require(count)
        defer { position += count }
        return Array(bytes[position..<(position + count)])
    }

    package mutating func readName(_ what: @autoclosure () -> String) throws(SectionError) -> String {
        let start = offset
        return try text(try readBytes(what()), what(), at: start)
    }

    /// All bytes that are left, as text.
    package mutating func readText(_ what: @autoclosure () -> String) throws(SectionError) -> String {
        let start = offset
        let rest = Array(bytes[position...])
        position = bytes.count
        return try text(rest, what(), at: start)
    }

    private func text(_ bytes: [UInt8], _ what: @autoclosure () -> String, at start: Int) throws(SectionError) -> String
    {
        // `String(validating:as:)` says the same, but is generic: it would look up types at run time for each name.
        do {
            return String(copying: try UTF8Span(validating: bytes.span))
        } catch {
            throw .invalid(what: "\(what()) is not UTF-8 in \(part)", at: start)
        }
    }

    /// The number of elements of a list. They take at least `minimum` bytes each, and as many bytes are there.
    package mutating func readListCount(
        _ what: @autoclosure () -> String, minimum: Int
    ) throws(SectionError) -> Int {
        let count = try readLength("the number of \(what())")
        let (needed, isOverflow) = count.multipliedReportingOverflow(by: minimum)
        try require(isOverflow ? Int.max : needed)
        return count
    }

    /// A list whose elements take at least `minimum` bytes each.
    package mutating func readList<Element>(
        _ what: @autoclosure () -> String, minimum: Int,
        _ body: (inout ByteReader) throws(SectionError) -> Element
    ) throws(SectionError) -> [Element] {
        var list: [Element] = []
        let count = try readListCount(what(), minimum: minimum)
        list.reserveCapacity(count)
        for _ in 0..<count { list.append(try body(&self)) }
        return list
    }

    /// A byte that is 1 or 0.
    package mutating func readFlag(_ what: @autoclosure () -> String) throws(SectionError) -> Bool {
        let start = offset
        let flag = try read(UInt8.self)
        guard flag <= 1 else { throw .invalid(what: "\(what()) is \(flag)", at: start) }
        return flag == 1
    }

    /// Dimensions whose product, in bytes of elements of a size, is a count.
    package mutating func readShape(_ what: @autoclosure () -> String, elementBytes: Int = 4) throws(SectionError)
        -> [Int]
    {
        let start = offset
        var shape: [Int] = []
        var bytes = elementBytes
        for _ in 0..<(try readListCount("dimensions of \(what())", minimum: 8)) {
            let dimension = try readCount("a dimension of \(what())")
            shape.append(dimension)
            let (product, isOverflow) = bytes.multipliedReportingOverflow(by: dimension)
            guard !isOverflow, product <= 1 << 48 else { throw .invalid(what: "\(what()) is too large", at: start) }
            // A zero must not hide a product that overflows in another order.
            bytes = max(product, elementBytes)
        }
        return shape
    }
}
