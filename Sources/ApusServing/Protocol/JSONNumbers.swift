extension JSONScanner {
    /// A number as it is written.
    package struct Number {
        /// Its digits up to the nineteenth, as an integer; meaningless where ``isExact`` is false.
        package var digits: UInt64
        /// The power of ten that they are multiplied by.
        package var exponent: Int
        package var isNegative: Bool
        /// Whether ``digits`` has all of them.
        package var isExact: Bool
        /// Where it stands.
        var range: Range<Int>
    }

    package mutating func number() throws(RequestError) -> Number {
        _ = peek()
        let start = position
        var number = Number(digits: 0, exponent: 0, isNegative: false, isExact: true, range: start..<start)
        if position < bytes.count, bytes[position] == UInt8(ascii: "-") {
            number.isNegative = true
            position += 1
        }
        let first = position
        readDigits(into: &number)
        guard position > first else { throw error("a value is needed here") }
        guard bytes[first] != UInt8(ascii: "0") || position == first + 1 else { throw error("a number begins with 0") }
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            position += 1
            let point = position
            readDigits(into: &number)
            guard position > point else { throw error("a digit is needed here") }
            number.exponent -= position - point
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            var isNegative = false
            if position < bytes.count, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") {
                isNegative = bytes[position] == UInt8(ascii: "-")
                position += 1
            }
            let power = position
            var value = 0
            while position < bytes.count, case let digit = bytes[position] &- UInt8(ascii: "0"), digit < 10 {
                value = min(value * 10 + Int(digit), 100_000)
                position += 1
            }
            guard position > power else { throw error("a digit is needed here") }
            number.exponent += isNegative ? -value : value
        }
        number.range = start..<position
        return number
    }

    @inline(__always)
    private mutating func readDigits(into number: inout Number) {
        while position < bytes.count, case let digit = bytes[position] &- UInt8(ascii: "0"), digit < 10 {
            if number.digits < 1_000_000_000_000_000_000 {
                number.digits = number.digits * 10 + UInt64(digit)
            } else {
                number.isExact = false
            }
            position += 1
        }
    }

    /// The nearest `Double`, or nil where it is beyond them.
    package func double(_ number: Number) -> Double? {
        // Both factors are exact, and so is one rounding of their product or quotient: Clinger, "How to read floating point numbers
        // accurately" (1990), section 3.
        if number.isExact, number.digits < 1 << 53, abs(number.exponent) <= 22 {
            let magnitude =
                number.exponent < 0
                ? Double(number.digits) / powersOfTen[-number.exponent]
                : Double(number.digits) * powersOfTen[number.exponent]
            return number.isNegative ? -magnitude : magnitude
        }
        guard let value = Double(String(decoding: bytes[number.range], as: UTF8.self)), value.isFinite else {
            return nil
        }
        return value
    }

    /// The nearest `Float`, or nil where it is beyond them.
    package func float(_ number: Number) -> Float? {
        if number.isExact, number.digits < 1 << 24, abs(number.exponent) <= 10 {
            let magnitude =
                number.exponent < 0
                ? Float(number.digits) / floatPowersOfTen[-number.exponent]
                : Float(number.digits) * floatPowersOfTen[number.exponent]
            return number.isNegative ? -magnitude : magnitude
        }
        // Digits and power are rounded, and so is what comes of them: by less than two units of the last of 53 bits. That is the nearest
        // `Float` all the same where it isn't that near to the middle between two.
        if number.isExact, abs(number.exponent) <= 22 {
            let digits = Double(number.digits)
            let magnitude =
                number.exponent < 0 ? digits / powersOfTen[-number.exponent] : digits * powersOfTen[number.exponent]
            let rest = Int(magnitude.bitPattern & 0x1FFF_FFFF) - 0x1000_0000
            if abs(rest) > 8, magnitude < 0x1p127 { return Float(number.isNegative ? -magnitude : magnitude) }
        }
        guard let value = Float(String(decoding: bytes[number.range], as: UTF8.self)), value.isFinite else {
            return nil
        }
        return value
    }

    /// The whole number, or nil where it has a fraction, an exponent or too many digits.
    package func integer<Integer: FixedWidthInteger>(_ number: Number, as type: Integer.Type) -> Integer? {
        guard number.exponent == 0 else { return nil }
        guard number.isExact else { return Integer(String(decoding: bytes[number.range], as: UTF8.self)) }
        guard number.isNegative else { return Integer(exactly: number.digits) }
        guard number.digits <= UInt64(1) << 63 else { return nil }
        return Integer(exactly: number.digits == 1 << 63 ? Int64.min : -Int64(number.digits))
    }
}

private let powersOfTen: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21,
    1e22,
]
private let floatPowersOfTen: [Float] = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10]
