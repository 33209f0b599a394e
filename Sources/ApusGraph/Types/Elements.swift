/// The elements of a tensor in row-major order: numbers of a floating-point type, or whole numbers and truth values.
public enum Elements: Sendable, Hashable {
    case numbers([Double])
    /// Truth values are 0 and 1. A `u64` above `Int.max` is the negative number with the same bits.
    case integers([Int])

    public var count: Int {
        switch self {
        case .numbers(let numbers): numbers.count
        case .integers(let integers): integers.count
        }
    }

    /// The elements as doubles. Integers beyond 2^53 are rounded.
    public var doubles: [Double] {
        switch self {
        case .numbers(let numbers): numbers
        case .integers(let integers): integers.map(Double.init)
        }
    }

    /// The elements as integers: fractions are cut off, numbers too large become the largest, not-a-number becomes 0.
    public var whole: [Int] {
        switch self {
        case .numbers(let numbers): numbers.map(Self.truncated)
        case .integers(let integers): integers
        }
    }

    /// The elements of these numbers, in this order; where a number is nil, `fill`.
    public func picking(_ numbers: some Sequence<Int?>, fill: Double) -> Elements {
        switch self {
        case .numbers(let own): .numbers(numbers.map { $0.map { own[$0] } ?? fill })
        case .integers(let own): .integers(numbers.map { $0.map { own[$0] } ?? Self.truncated(fill) })
        }
    }

    /// The elements converted to a type, as ``Cast`` does it.
    public func converted(to type: ElementType) -> Elements {
        if type.isFloatingPoint { return .numbers(doubles.map(type.rounded)) }
        switch self {
        case .integers(let integers): return .integers(integers.map(type.wrapped))
        case .numbers(let numbers):
            return .integers(
                numbers.map { number in
                    if type == .bool { return number == 0 ? 0 : 1 }
                    let range = type.range ?? Int.min...Int.max
                    return min(max(Self.truncated(number), range.lowerBound), range.upperBound)
                })
        }
    }

    /// The whole number towards zero; the nearest there is where it is too large, 0 for not-a-number.
    static func truncated(_ number: Double) -> Int {
        if number.isNaN { return 0 }
        if number >= 0x1p63 { return Int.max }
        return number <= -0x1p63 ? Int.min : Int(number)
    }
}
