/// Divides numbers by one that is the same for all: the same bits as a division as long as a quotient is within ±512, and one beyond if it isn't.
///
/// The product with the reciprocal is up to 1.5 units in the last place off. The first correction makes it one of the two nearest numbers, the
/// second the nearest: Markstein, "Computation of elementary functions on the IBM RISC System/6000 processor" (1990), on division.
struct Quotient {
    private let divisor: Vector
    private let reciprocal: Vector
    /// What numbers may be at most: so no step overflows.
    private let limit: Vector
    private let isCorrected: Bool

    init(by divisor: Float) {
        self.divisor = Vector(repeating: divisor)
        reciprocal = Vector(repeating: 1 / divisor)
        limit = Vector(repeating: 512 * divisor)
        // No remainder is too small for its bits then.
        isCorrected = hasFusedMultiplyAdd && (0x1p-64...0x1p64).contains(divisor)
    }

    @inline(__always)
    func callAsFunction(_ numbers: Vector) -> Vector {
        guard isCorrected else { return numbers / divisor }
        let limited = lesser(limit, greater(-limit, numbers))
        let first = limited * reciprocal
        let second = multiplyAdd(first, multiplyAdd(limited, -first, divisor), reciprocal)
        return multiplyAdd(second, multiplyAdd(limited, -second, divisor), reciprocal)
    }
}
