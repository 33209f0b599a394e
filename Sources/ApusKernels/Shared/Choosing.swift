import CPlatform

// The maximum lanes of vectors, and which vector has them.

/// The greater of two lanes; `second` where they are equal or either is not a number: one instruction.
@inline(__always)
func greater(_ first: Vector, _ second: Vector) -> Vector {
    #if VECTOR_16
        apus_greater_16(first, second)
    #elseif VECTOR_8
        apus_greater_8(first, second)
    #else
        apus_greater_4(first, second)
    #endif
}

/// The lesser of two lanes; `second` where they are equal or either is not a number: one instruction.
@inline(__always)
func lesser(_ first: Vector, _ second: Vector) -> Vector {
    #if VECTOR_16
        apus_lesser_16(first, second)
    #elseif VECTOR_8
        apus_lesser_8(first, second)
    #else
        apus_lesser_4(first, second)
    #endif
}

/// The maximum of two lanes, and not a number where either isn't: a training that diverges must show it.
@inline(__always)
func maximum(_ first: Vector, _ second: Vector) -> Vector {
    #if VECTOR_16
        apus_maximum_16(first, second)
    #elseif VECTOR_8
        apus_maximum_8(first, second)
    #else
        apus_maximum_4(first, second)
    #endif
}

/// The maximum of four lanes, and not a number where any isn't.
@inline(__always)
func maximum(_ a: Vector, _ b: Vector, _ c: Vector, _ d: Vector) -> Vector {
    #if VECTOR_16
        apus_maximum_of_four_16(a, b, c, d)
    #elseif VECTOR_8
        apus_maximum_of_four_8(a, b, c, d)
    #else
        apus_maximum_of_four_4(a, b, c, d)
    #endif
}

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
func take(_ candidate: Vector, _ position: Int, _ maximum: inout Vector, _ chosen: inout IntegerVector) {
    let position = Int32(truncatingIfNeeded: position)
    #if VECTOR_16
        chosen = apus_taken_place_16(candidate, maximum, position, chosen)
        maximum = apus_taken_16(candidate, maximum)
    #elseif VECTOR_8
        chosen = apus_taken_place_8(candidate, maximum, position, chosen)
        maximum = apus_taken_8(candidate, maximum)
    #else
        chosen = apus_taken_place_4(candidate, maximum, position, chosen)
        maximum = apus_taken_4(candidate, maximum)
    #endif
}

/// Takes a candidate of a window whose positions come in their order: the first of them in any case.
@inline(__always)
func takeNext(_ candidate: Vector, _ position: Int, _ maximum: inout Vector, _ chosen: inout IntegerVector) {
    if position == 0 {
        (maximum, chosen) = (candidate, IntegerVector())
    } else {
        take(candidate, position, &maximum, &chosen)
    }
}

/// Stores the low byte of each lane.
@inline(__always)
func storeBytes(of numbers: IntegerVector, at address: UnsafeMutableRawPointer) {
    #if VECTOR_16
        apus_store_bytes_16(numbers, address)
    #elseif VECTOR_8
        apus_store_bytes_8(numbers, address)
    #else
        apus_store_bytes_4(numbers, address)
    #endif
}

/// The bytes at an address, one in each lane.
@inline(__always)
func loadedBytes(at address: UnsafeRawPointer) -> IntegerVector {
    #if VECTOR_16
        apus_loaded_bytes_16(address)
    #elseif VECTOR_8
        apus_loaded_bytes_8(address)
    #else
        apus_loaded_bytes_4(address)
    #endif
}

/// The gradient in the lanes whose argmax is `place`, and zero in the others.
@inline(__always)
func unpooled(_ gradient: Vector, _ argmax: IntegerVector, at place: Int) -> Vector {
    let place = Int32(truncatingIfNeeded: place)
    #if VECTOR_16
        return apus_chosen_16(gradient, argmax, place)
    #elseif VECTOR_8
        return apus_chosen_8(gradient, argmax, place)
    #else
        return apus_chosen_4(gradient, argmax, place)
    #endif
}

/// The gradient in the lanes that chose any of `places` places: what a window's gradients sum to.
@inline(__always)
func unpooledSum(_ gradient: Vector, _ argmax: IntegerVector, places: Int) -> Vector {
    let places = Int32(truncatingIfNeeded: places)
    #if VECTOR_16
        return apus_kept_16(gradient, argmax, places)
    #elseif VECTOR_8
        return apus_kept_8(gradient, argmax, places)
    #else
        return apus_kept_4(gradient, argmax, places)
    #endif
}
