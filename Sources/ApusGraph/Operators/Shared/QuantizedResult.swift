/// What becomes of numbers that an operator computes of bytes: they are kept within limits, and rounded where the result has bytes.
package struct QuantizedResult: Sendable, Hashable {
    /// u8 or f32.
    package var elementType: ElementType
    /// The byte that stands for zero.
    package var zero: Int
    /// What values are kept within before they are rounded.
    package var minimum: Double
    package var maximum: Double

    /// The byte that stands for zero; 0 where the result has numbers.
    package var byteOfZero: Int { elementType == .u8 ? zero : 0 }

    /// Limits as wide as the type.
    package init(_ elementType: ElementType = .u8, zero: Int = 0) {
        self.elementType = elementType
        self.zero = zero
        (minimum, maximum) = Self.limits(elementType, zero: zero)
    }

    private static func limits(_ type: ElementType, zero: Int) -> (Double, Double) {
        type == .u8
            ? (Double(-zero), Double(255 - zero))
            : (-Double(Float.greatestFiniteMagnitude), Double(Float.greatestFiniteMagnitude))
    }

    static let attributes: [OperatorDocumentation.Entry] = [
        .init("to", "the result's type: u8 or f32; u8"),
        .init("zero", "the byte that stands for zero in the result; 0"),
        .init("min", "what smaller values become; the least that the type holds"),
        .init("max", "what larger values become; the largest that the type holds"),
    ]

    init(attributes: inout AttributeReader) throws(AttributeError) {
        self.init(
            try attributes.elementType("to", default: .u8),
            zero: try attributes.integer("zero", in: 0...255, default: 0))
        minimum = try attributes.number("min", in: AttributeRange.single, default: minimum)
        maximum = try attributes.number("max", in: AttributeRange.single, default: maximum)
    }

    var attributes: [Attribute] {
        var list: [Attribute] = []
        if elementType != .u8 { list.append(Attribute("to", .word(elementType.rawValue))) }
        if zero != 0 { list.append(Attribute("zero", .integer(zero))) }
        let (least, greatest) = Self.limits(elementType, zero: zero)
        if minimum != least { list.append(Attribute("min", .number(minimum))) }
        if maximum != greatest { list.append(Attribute("max", .number(maximum))) }
        return list
    }

    /// Checks type, zeros and limits.
    ///
    /// - Parameters:
    ///   - zeros: those of the operands.
    ///   - types: the label of the constraint that type and zeros have.
    ///   - limits: the label of that for the limits.
    func check(_ name: String, zeros: [Int], _ types: String, _ limits: String) throws(ConstraintViolation) {
        guard elementType == .u8 || elementType == .f32, (zeros + [zero]).allSatisfy((0...255).contains) else {
            throw ConstraintViolation(
                types, "\(name) makes u8 or f32 with zeros from 0 to 255, not \(elementType.rawValue) with \(zero)",
                remedy: "choose one of them", at: .attribute("to"))
        }
        let (least, greatest) = Self.limits(elementType, zero: zero)
        guard minimum <= maximum, minimum >= least, maximum <= greatest else {
            throw ConstraintViolation(
                limits, "values of \(name) can't be from \(minimum) to \(maximum)",
                remedy: "keep to \(least) to \(greatest)", at: .attribute("min"))
        }
    }

    /// The result of these numbers.
    func tensor(_ numbers: [Float], shape: [Int]) -> Tensor {
        let values = numbers.map { min(Float(maximum), max(Float(minimum), $0)) }
        guard elementType == .u8 else { return Tensor(shape: shape, elements: values.map(Double.init)) }
        return Tensor(.u8, shape: shape, integers: values.map { Int($0.rounded(.toNearestOrEven)) + zero })
    }
}
