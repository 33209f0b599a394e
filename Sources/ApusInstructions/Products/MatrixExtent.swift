/// What the elements of a matrix operand span in one sample: offsets from its address.
struct MatrixExtent: Sendable {
    /// No operand of one sample reaches further from its address: sums and products of such numbers don't overflow.
    static let limit = 1 << 40

    private let name: String
    private var lower = 0
    private var upper = 0
    private var isEmpty = false

    init(_ name: String) { self.name = name }

    /// Adds a dimension.
    mutating func extend(_ extent: Int32, stride: Int32) throws(ParameterError) {
        if extent <= 0 {
            isEmpty = true
            return
        }
        // Two numbers of 32 bits: the product fits.
        try reach((Int(extent) - 1) * Int(stride))
    }

    /// Adds panels of `width` of `lines` lines.
    mutating func extendPacked(_ lines: Int32, depth: Int32, width: Int) throws(ParameterError) {
        if lines <= 0 || depth <= 0 {
            isEmpty = true
            return
        }
        let panels = (Int(lines) + width - 1) / width * width
        let (elements, overflows) = panels.multipliedReportingOverflow(by: Int(depth))
        try reach(overflows ? Int.max : elements - 1)
    }

    private mutating func reach(_ distance: Int) throws(ParameterError) {
        guard abs(distance) < Self.limit, upper - lower + abs(distance) < Self.limit else {
            throw ParameterError("the \(name) reaches beyond \(Self.limit) elements")
        }
        lower += min(0, distance)
        upper += max(0, distance)
    }

    /// The operand for `samples` samples.
    func operand(
        samples: Int, sampleStride: Int32, access: OperandExtent.Access, isOptional: Bool = false
    ) -> OperandExtent {
        var bytes = 0..<0
        if samples > 0 && !isEmpty {
            let (product, overflows) = (samples - 1).multipliedReportingOverflow(by: Int(sampleStride))
            let bound = 1 << 60
            let distance = overflows ? (sampleStride < 0 ? -bound : bound) : min(max(product, -bound), bound)
            bytes = 4 * max(lower + min(0, distance), -bound)..<4 * min(upper + max(0, distance) + 1, bound)
        }
        return OperandExtent(name, access, bytes: bytes, elementBytes: 4, isOptional: isOptional)
    }

    /// An optional operand with a row of `elements` elements for each sample.
    static func rows(
        _ name: String, elements: Int, samples: Int, stride: Int32, access: OperandExtent.Access
    ) -> OperandExtent {
        var extent = MatrixExtent(name)
        extent.isEmpty = elements == 0
        extent.upper = max(0, elements - 1)
        return extent.operand(samples: samples, sampleStride: stride, access: access, isOptional: true)
    }

    /// An operand of `elements` elements that samples share.
    static func plain(
        _ name: String, elements: Int, access: OperandExtent.Access, isOptional: Bool = false
    ) -> OperandExtent {
        let (bytes, overflows) = elements.multipliedReportingOverflow(by: 4)
        return OperandExtent(
            name, access, bytes: 0..<(overflows ? Int.max : bytes), elementBytes: 4, isOptional: isOptional)
    }
}

/// Refuses an extent below zero.
func requireExtent(_ extent: Int32, _ name: String) throws(ParameterError) {
    guard extent >= 0 else { throw ParameterError("the \(name) is \(extent), below zero") }
}

/// Refuses what is neither 0 nor 1.
func requireFlag(_ flag: Int32, _ name: String) throws(ParameterError) {
    guard flag == 0 || flag == 1 else { throw ParameterError("\(name) is \(flag), neither 0 nor 1") }
}
