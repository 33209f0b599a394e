import ApusInstructions

/// What becomes of the sums of ``WholeImage``: bytes, numbers of f32, or nothing else.
struct WholeImageResults {
    let elementBytes: Int
    /// Null where sums are results.
    private let scale: Floats?
    private let lowest: Vector
    private let highest: Vector
    private let rounding: ByteRounding

    /// Sums are results.
    @inline(__always)
    static func sums(_ convolution: UnsafePointer<ConvolutionParameters>) -> WholeImageResults {
        WholeImageResults(convolution, scale: nil, elementBytes: 4, zeroPoint: 0)
    }

    /// Sums become numbers by the scales of their outputs, and those bytes where results are such.
    @inline(__always)
    static func scaled(
        _ parameters: UnsafePointer<QuantizedConvolutionParameters>, scale: Floats
    ) -> WholeImageResults {
        parameters.withMemoryRebound(to: ConvolutionParameters.self, capacity: 1) { convolution in
            WholeImageResults(
                convolution, scale: scale, elementBytes: Int(parameters.pointee.resultBytes),
                zeroPoint: parameters.pointee.zeroPoint)
        }
    }

    @inline(__always)
    private init(
        _ convolution: UnsafePointer<ConvolutionParameters>, scale: Floats?, elementBytes: Int, zeroPoint: Int32
    ) {
        self.scale = scale
        self.elementBytes = elementBytes
        lowest = Vector(repeating: convolution.pointee.floor)
        highest = Vector(repeating: convolution.pointee.ceiling)
        rounding = ByteRounding(floor: convolution.pointee.floor, zeroPoint: zeroPoint)
    }

    /// Stores the results of `count` output blocks, 1, 2 or 4, from `block` on.
    ///
    /// - Parameters:
    ///   - result: the place of the first.
    ///   - step: bytes from one to the next.
    @inline(__always)
    func store(_ sums: FourSums, _ block: Int, count: Int, _ result: Bytes, _ step: Int) {
        guard let scale else {
            result.storeBytes(of: sums.0, as: IntegerVector.self)
            if count > 1 { (result + step).storeBytes(of: sums.1, as: IntegerVector.self) }
            if count > 2 {
                (result + 2 &* step).storeBytes(of: sums.2, as: IntegerVector.self)
                (result + 3 &* step).storeBytes(of: sums.3, as: IntegerVector.self)
            }
            return
        }
        let scales = scale + block &* lanes
        let first = number(sums.0, scales, 0)
        let second = count > 1 ? number(sums.1, scales, 1) : first
        let third = count > 2 ? number(sums.2, scales, 2) : first
        let fourth = count > 2 ? number(sums.3, scales, 3) : first
        if elementBytes == 4 {
            result.storeBytes(of: greater(lowest, first), as: Vector.self)
            if count > 1 { (result + step).storeBytes(of: greater(lowest, second), as: Vector.self) }
            if count > 2 {
                (result + 2 &* step).storeBytes(of: greater(lowest, third), as: Vector.self)
                (result + 3 &* step).storeBytes(of: greater(lowest, fourth), as: Vector.self)
            }
        } else {
            let bytes = rounding.bytes(first, second, third, fourth)
            storePart(0, of: bytes, at: result)
            if count > 1 { storePart(1, of: bytes, at: result + step) }
            if count > 2 {
                storePart(2, of: bytes, at: result + 2 &* step)
                storePart(3, of: bytes, at: result + 3 &* step)
            }
        }
    }

    /// The number of a sum, below the upper limit.
    @inline(__always)
    private func number(_ sum: IntegerVector, _ scales: Floats, _ output: Int) -> Vector {
        lesser(highest, numbers(sum) * scales.vector(at: output * lanes))
    }
}
