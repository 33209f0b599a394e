/// One number for each of up to eight dimensions, the outermost first. Dimensions that are not there have extent 1.
package typealias EightDimensions = InlineArray<8, Int32>

extension InlineArray where Element == Int32 {
    /// The last of `values` innermost, before them `padding`.
    package init(innermost values: [Int], padding: Int32) {
        self.init { index in
            let place = index - (count - values.count)
            return place < 0 ? padding : Int32(truncatingIfNeeded: values[place])
        }
    }

    /// The turns of loops of these extents.
    var turns: Int {
        var count = 1
        for index in indices { count = ApusInstructions.turns(count, Int(self[index])) }
        return count
    }

    /// The product, which the caller knows to fit.
    package var product: Int {
        var product = 1
        for index in indices { product *= Int(self[index]) }
        return product
    }
}

/// What an operand's elements span: offsets from the operand's address, counted in elements.
struct OperandReach {
    private(set) var lower = 0
    private(set) var upper = 0
    /// Whether there is no element at all.
    private(set) var isEmpty = false
    private let name: String

    init(_ name: String) { self.name = name }

    /// `elements` side by side, fewer than ``elementLimit``.
    init(elements: Int) {
        name = ""
        upper = max(elements - 1, 0)
        isEmpty = elements < 1
    }

    /// Adds a dimension of `extent` elements, `stride` apart.
    mutating func extend(_ extent: Int, stride: Int) throws(ParameterError) {
        guard extent > 0 else {
            isEmpty = true
            return
        }
        let (reach, overflow) = (extent - 1).multipliedReportingOverflow(by: stride)
        let (sum, overflowOfSum) = (reach < 0 ? lower : upper).addingReportingOverflow(reach)
        guard !overflow, !overflowOfSum, abs(sum) < elementLimit else {
            throw ParameterError("the \(name)'s strides reach beyond \(elementLimit) elements")
        }
        if reach < 0 { lower = sum } else { upper = sum }
    }

    mutating func extend(_ extents: EightDimensions, strides: EightDimensions) throws(ParameterError) {
        for dimension in extents.indices {
            try extend(Int(extents[dimension]), stride: Int(strides[dimension]))
        }
    }

    /// The bytes that `samples` samples, `sampleStride` elements apart, span.
    func bytes(elementBytes: Int, samples: Int, sampleStride: Int) -> Range<Int> {
        if isEmpty || samples <= 0 { return 0..<0 }
        let (reach, overflow) = (samples - 1).multipliedReportingOverflow(by: sampleStride * elementBytes)
        if overflow { return (Int.min / 4)..<(Int.max / 4) }
        let first = lower * elementBytes
        let end = (upper + 1) * elementBytes
        let bounds = (first.addingReportingOverflow(min(reach, 0)), end.addingReportingOverflow(max(reach, 0)))
        if bounds.0.overflow || bounds.1.overflow { return (Int.min / 4)..<(Int.max / 4) }
        return bounds.0.partialValue..<bounds.1.partialValue
    }
}

/// A sample of a general instruction has fewer elements than this, and so has whatever it walks through: no plan can ask
/// for loops without end, and no product of two such numbers overflows.
let elementLimit = 1 << 31

/// Refuses extents that are negative, or of which more than ``elementLimit`` come together.
func checkExtents(_ extents: EightDimensions, _ name: String) throws(ParameterError) {
    var product = 1
    for dimension in extents.indices {
        let extent = Int(extents[dimension])
        guard extent >= 0 else { throw ParameterError("\(name) \(dimension) is \(extent), less than 0") }
        product *= max(extent, 1)
        guard product < elementLimit else {
            throw ParameterError("the \(name)s come to more than \(elementLimit) elements")
        }
    }
}

/// Refuses a flag that is neither 0 nor 1.
func checkFlag(_ value: UInt8, _ name: String) throws(ParameterError) {
    guard value <= 1 else { throw ParameterError("\(name) is \(value), neither 0 nor 1") }
}

/// Refuses a number outside of `range`.
func check(_ value: Int32, in range: ClosedRange<Int32>, _ name: String) throws(ParameterError) {
    guard range.contains(value) else {
        throw ParameterError("\(name) is \(value), not in \(range.lowerBound) to \(range.upperBound)")
    }
}
