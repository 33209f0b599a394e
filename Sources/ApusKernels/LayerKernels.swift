import ApusInstructions

/// The kernels with weights: convolutions, dense layers, and the packing of their weights.
func layerKernel(for opcode: Opcode) -> Kernel? {
    switch opcode {
    case .convolution: convolution
    case .depthwiseConvolution: depthwiseConvolution
    case .convolutionWeightGradient: convolutionWeightGradient
    case .depthwiseWeightGradient: depthwiseWeightGradient
    case .packWeights: packWeights
    case .unpackWeights: unpackWeights
    case .padVector: padVector
    case .dense: dense
    case .denseWeightGradient: denseWeightGradient
    default: nil
    }
}

/// The vector at `address`, which need not be aligned.
@inline(__always)
func loadVector(_ address: UnsafePointer<Float>) -> Vector {
    UnsafeRawPointer(address).loadUnaligned(as: Vector.self)
}

/// Stores `vector` at `address`, which need not be aligned.
@inline(__always)
func storeVector(_ vector: Vector, _ address: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(address).storeBytes(of: vector, as: Vector.self)
}

/// The operand at `index` as numbers, or nil where it is left out.
@inline(__always)
func optionalNumbers(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ index: Int
) -> UnsafeMutablePointer<Float>? {
    operands[index]?.assumingMemoryBound(to: Float.self)
}

/// The operand at `index` as numbers. It must not be left out.
@inline(__always)
func numbers(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ index: Int) -> UnsafeMutablePointer<Float> {
    operands[index].unsafelyUnwrapped.assumingMemoryBound(to: Float.self)
}
