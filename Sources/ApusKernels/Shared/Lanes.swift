import CPlatform

#if VECTOR_16
    /// The bits of a ``Vector``.
    typealias BitVector = SIMD16<UInt32>
    /// As many bytes as a ``Vector`` has lanes.
    typealias ByteVector = SIMD16<UInt8>
    /// Half as many lanes as a ``Vector``, twice as wide.
    typealias WideVector = SIMD8<UInt64>
#elseif VECTOR_8
    typealias BitVector = SIMD8<UInt32>
    typealias ByteVector = SIMD8<UInt8>
    typealias WideVector = SIMD4<UInt64>
#else
    typealias BitVector = SIMD4<UInt32>
    typealias ByteVector = SIMD4<UInt8>
    typealias WideVector = SIMD2<UInt64>
#endif

/// As many signed integers as a ``Vector`` has lanes: also what its comparisons are made of.
typealias IntegerVector = Vector.MaskStorage
/// A truth value for each lane of a ``Vector``.
typealias LaneMask = SIMDMask<IntegerVector>

typealias Floats = UnsafeMutablePointer<Float>

extension UnsafeMutablePointer<Float> {
    /// The vector that starts `offset` elements on. No alignment is asked for.
    @inline(__always)
    func vector(at offset: Int) -> Vector {
        UnsafeRawPointer(self + offset).loadUnaligned(as: Vector.self)
    }

    @inline(__always)
    func store(_ vector: Vector, at offset: Int) {
        UnsafeMutableRawPointer(self + offset).storeBytes(of: vector, as: Vector.self)
    }

    /// The first `count` lanes from `offset` on, the others `fill`. Nothing beyond `count` is read.
    @inline(__always)
    func vector(at offset: Int, count: Int, fill: Float = 0) -> Vector {
        #if VECTOR_16
            return apus_masked_load_16(self + offset, lowBits(count), Vector(repeating: fill))
        #elseif VECTOR_8
            let mask = firstLanes(count)
            let loaded = apus_masked_load_8(self + offset, unsafeBitCast(mask, to: IntegerVector.self))
            return choose(loaded, where: mask, else: Vector(repeating: fill))
        #else
            var vector = Vector(repeating: fill)
            for lane in 0..<count {
                vector[lane] = self[offset + lane]
            }
            return vector
        #endif
    }

    /// Stores the first `count` lanes.
    @inline(__always)
    func store(_ vector: Vector, at offset: Int, count: Int) {
        #if VECTOR_16
            apus_masked_store_16(vector, self + offset, lowBits(count))
        #elseif VECTOR_8
            storeParts(of: vector, at: UnsafeMutableRawPointer(self + offset), count: count)
        #else
            for lane in 0..<count {
                self[offset + lane] = vector[lane]
            }
        #endif
    }
}

#if VECTOR_16
    /// The mask of the first `count` lanes.
    @inline(__always)
    private func lowBits(_ count: Int) -> UInt16 { UInt16(truncatingIfNeeded: (1 &<< count) &- 1) }
#elseif VECTOR_8
    /// Stores the first `count` lanes as a four, a pair and a single one: a masked store is many times slower.
    @inline(__always)
    private func storeParts(of vector: Vector, at address: UnsafeMutableRawPointer, count: Int) {
        if count == lanes {
            address.storeBytes(of: vector, as: Vector.self)
            return
        }
        var (address, four) = (address, vector.lowHalf)
        if count & 4 != 0 {
            address.storeBytes(of: four, as: SIMD4<Float>.self)
            four = vector.highHalf
            address += 16
        }
        var two = four.lowHalf
        if count & 2 != 0 {
            address.storeBytes(of: two, as: SIMD2<Float>.self)
            two = four.highHalf
            address += 8
        }
        if count & 1 != 0 { address.storeBytes(of: two[0], as: Float.self) }
    }
#endif

extension UnsafePointer<UnsafeMutableRawPointer?> {
    /// The operand `index`, which must be there.
    @inline(__always)
    func floats(_ index: Int) -> Floats {
        self[index].unsafelyUnwrapped.assumingMemoryBound(to: Float.self)
    }

    /// The operand `index`, or nil where it was left out.
    @inline(__always)
    func optionalFloats(_ index: Int) -> Floats? {
        self[index]?.assumingMemoryBound(to: Float.self)
    }
}

/// The sum of the lanes: halves are added until one is left.
@inline(__always)
func sumOfLanes(_ vector: Vector) -> Float {
    #if VECTOR_16
        let eight = vector.lowHalf + vector.highHalf
        let four = eight.lowHalf + eight.highHalf
    #elseif VECTOR_8
        let four = vector.lowHalf + vector.highHalf
    #else
        let four = vector
    #endif
    let two = four.lowHalf + four.highHalf
    return two[0] + two[1]
}

/// The maximum of the lanes. Lanes that are not a number may be passed over.
@inline(__always)
func maximumLane(_ vector: Vector) -> Float {
    #if VECTOR_16
        let eight = apus_greater_8(vector.highHalf, vector.lowHalf)
        let four = apus_greater_4(eight.highHalf, eight.lowHalf)
    #elseif VECTOR_8
        let four = apus_greater_4(vector.highHalf, vector.lowHalf)
    #else
        let four = vector
    #endif
    let (even, odd) = (four[2] > four[0] ? four[2] : four[0], four[3] > four[1] ? four[3] : four[1])
    return odd > even ? odd : even
}

/// The minimum of two lanes, and not a number where either isn't.
@inline(__always)
func minimum(_ a: Vector, _ b: Vector) -> Vector {
    b.replacing(with: a, where: (a .< b) .| (a .!= a))
}

/// True in the lanes before `count`.
@inline(__always)
func firstLanes(_ count: Int) -> LaneMask {
    var numbers = IntegerVector()
    for lane in 0..<lanes {
        numbers[lane] = Int32(truncatingIfNeeded: lane)
    }
    return numbers .< IntegerVector(repeating: Int32(truncatingIfNeeded: count))
}

/// Sets `count` elements to `value`.
@inline(__always)
func fill(_ destination: Floats, count: Int, with value: Float) {
    let vector = Vector(repeating: value)
    var index = 0
    while index + lanes <= count {
        destination.store(vector, at: index)
        index += lanes
    }
    if index == count { return }
    if count >= lanes {
        destination.store(vector, at: count - lanes)
    } else {
        destination.store(vector, at: index, count: count - index)
    }
}

/// Copies `count` elements between places that do not overlap.
@inline(__always)
func copy(_ source: Floats, to destination: Floats, count: Int) {
    var index = 0
    while index + lanes <= count {
        destination.store(source.vector(at: index), at: index)
        index += lanes
    }
    if index == count { return }
    if count >= lanes {
        destination.store(source.vector(at: count - lanes), at: count - lanes)
    } else {
        while index < count {
            destination[index] = source[index]
            index += 1
        }
    }
}

/// Calls `body` with the offset of each vector of `count` elements, and how many lanes of it count.
@inline(__always)
func forEachVector(_ count: Int, _ body: (_ offset: Int, _ width: Int) -> Void) {
    var index = 0
    while index + lanes <= count {
        body(index, lanes)
        index += lanes
    }
    if index < count { body(index, count - index) }
}
