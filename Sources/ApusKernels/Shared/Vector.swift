import CPlatform

// This folder is compiled once for each instruction set: `Package.swift` defines which.
#if VECTOR_16
    /// The vector of this instruction set: sixteen lanes, AVX-512.
    typealias Vector = SIMD16<Float>
#elseif VECTOR_8
    /// The vector of this instruction set: eight lanes, AVX2 with FMA.
    typealias Vector = SIMD8<Float>
#else
    /// The vector of this instruction set: four lanes, SSE2 or NEON.
    typealias Vector = SIMD4<Float>
#endif

/// Lanes of a vector: "V" in the instructions' documentation.
@inline(__always)
var lanes: Int { Vector.scalarCount }

/// `sum + a·b`, fused where the instruction set can. The x86-64 baseline can't: there `addingProduct` would be a call
/// into the C library for each lane.
@inline(__always)
func multiplyAdd(_ sum: Vector, _ a: Vector, _ b: Vector) -> Vector {
    #if VECTOR_4 && arch(x86_64)
        sum + a * b
    #else
        sum.addingProduct(a, b)
    #endif
}
