/// Eight numbers, one for each of the nested loops of a general instruction, outermost first.
package typealias Eight = (Int32, Int32, Int32, Int32, Int32, Int32, Int32, Int32)

/// The numbers as an array.
package func array(_ eight: Eight) -> [Int32] {
    [eight.0, eight.1, eight.2, eight.3, eight.4, eight.5, eight.6, eight.7]
}

/// The extents of eight nested loops, checked: none is below zero, and all together stay below 2^31 elements, so that no plan can
/// ask for loops without end.
package struct CheckedStrides: Sendable {
    package let extents: [Int]
    /// Elements of a sample.
    package let elements: Int

    package init(_ eight: Eight) throws(ParameterError) {
        extents = array(eight).map { Int($0) }
        guard extents.allSatisfy({ $0 >= 0 }) else { throw ParameterError("an extent is below zero") }
        var product = 1
        for extent in extents where extent > 0 {
            product *= extent
            guard product < elementLimit else { throw ParameterError("the extents are more than 2^31 elements") }
        }
        elements = extents.contains(0) ? 0 : product
    }

    /// The elements that an operand reaches in one sample, from the one at its address on.
    ///
    /// A sum of eight products of two 32-bit numbers stays below 2^65, so each is kept below 2^48 first.
    package func reach(_ strides: Eight, _ operand: String) throws(ParameterError) -> ClosedRange<Int> {
        var low = 0
        var high = 0
        for (extent, stride) in zip(extents, array(strides)) where extent > 0 {
            let distance = (extent - 1) * Int(stride)
            guard abs(distance) < 1 << 48 else { throw ParameterError("the \(operand) reaches beyond 2^48 elements") }
            low += min(0, distance)
            high += max(0, distance)
        }
        return low...high
    }

    /// The strides of the loops that run more than once.
    func running(_ strides: Eight) -> [Int] {
        zip(extents, array(strides)).filter { $0.0 > 1 }.map { Int($0.1) }
    }

    /// Refuses strides by which two iterations would write the same element.
    package func requireApart(_ strides: Eight, _ operand: String) throws(ParameterError) {
        try ApusInstructions.requireApart(zip(extents, array(strides)).map { ($0, Int($1)) }, operand)
    }
}

/// Refuses strides by which two iterations would write the same element: every stride of a loop that runs more than once is, by its
/// size, beyond all that the loops with smaller strides reach.
func requireApart(_ loops: [(extent: Int, stride: Int)], _ operand: String) throws(ParameterError) {
    var reached = 0
    for loop in loops.filter({ $0.extent > 1 }).sorted(by: { abs($0.stride) < abs($1.stride) }) {
        guard abs(loop.stride) > reached else {
            throw ParameterError("the \(operand)'s strides write an element more than once")
        }
        reached += (loop.extent - 1) * abs(loop.stride)
        guard reached < 1 << 48 else { throw ParameterError("the \(operand) reaches beyond 2^48 elements") }
    }
}

/// The bytes that `samples` samples touch, each `sampleStride` elements after the one before and reaching `reach`; empty where
/// a sample has no elements. Saturates.
package func bytes(
    of reach: ClosedRange<Int>, every sampleStride: Int, samples: Int, elementBytes: Int, isEmpty: Bool = false
) -> Range<Int> {
    if samples < 1 || isEmpty { return 0..<0 }
    let limit = 1 << 60
    let (product, overflows) = (samples - 1).multipliedReportingOverflow(by: sampleStride)
    let distance = overflows ? (sampleStride < 0 ? -limit : limit) : min(max(product, -limit), limit)
    let low = min(max(reach.lowerBound + min(0, distance), -limit), limit)
    let high = min(max(reach.upperBound + max(0, distance) + 1, -limit), limit)
    func scaled(_ elements: Int) -> Int {
        let (bytes, overflows) = elements.multipliedReportingOverflow(by: elementBytes)
        return overflows ? (elements < 0 ? Int.min : Int.max) : bytes
    }
    return scaled(low)..<scaled(high)
}

/// A number of a parameter structure that must lie in a range.
package func checked(_ value: Int32, _ range: ClosedRange<Int>, _ what: String) throws(ParameterError) -> Int {
    guard range.contains(Int(value)) else {
        throw ParameterError("\(what) is \(value), not from \(range.lowerBound) to \(range.upperBound)")
    }
    return Int(value)
}
