// What pooling needs to know which of several vectors has the greatest lane.

/// `first` in the lanes where `mask` is true, else `second`.
///
/// As bits, because `replacing(with:where:)` is a loop to the Swift optimizer: a few of them make a function too big to be
/// inlined, and vectors are slow to pass.
@inline(__always)
func choose(_ first: IntegerVector, where mask: LaneMask, else second: IntegerVector) -> IntegerVector {
    let bits = unsafeBitCast(mask, to: IntegerVector.self)
    return second ^ ((first ^ second) & bits)
}

@inline(__always)
func choose(_ first: Vector, where mask: LaneMask, else second: Vector) -> Vector {
    unsafeBitCast(
        choose(
            unsafeBitCast(first, to: IntegerVector.self), where: mask,
            else: unsafeBitCast(second, to: IntegerVector.self)), to: Vector.self)
}

/// Takes `candidate` and its position where it is greater, or is not a number.
@inline(__always)
func take(_ candidate: Vector, _ position: Int, _ greatest: inout Vector, _ chosen: inout IntegerVector) {
    let better = (candidate .> greatest) .| (candidate .!= candidate)
    greatest = choose(candidate, where: better, else: greatest)
    chosen = choose(IntegerVector(repeating: Int32(truncatingIfNeeded: position)), where: better, else: chosen)
}

/// Stores the low byte of each lane.
@inline(__always)
func storeBytes(of numbers: IntegerVector, at address: UnsafeMutableRawPointer) {
    let bytes = address.assumingMemoryBound(to: UInt8.self)
    for lane in 0..<lanes { bytes[lane] = UInt8(truncatingIfNeeded: numbers[lane]) }
}
