import CPlatform

/// The nearest integers, the even one of two. For a number that has none of 32 bits stands the least one.
@inline(__always)
func nearestWholeNumbers(_ numbers: Vector) -> IntegerVector {
    #if VECTOR_16
        apus_nearest_16(numbers)
    #elseif VECTOR_8
        apus_nearest_8(numbers)
    #else
        apus_nearest_4(numbers)
    #endif
}

@inline(__always)
func greatestLane(_ numbers: IntegerVector) -> Int32 {
    #if VECTOR_16
        apus_greatest_lane_16(numbers)
    #elseif VECTOR_8
        apus_greatest_lane_8(numbers)
    #else
        apus_greatest_lane_4(numbers)
    #endif
}
