extension Opcode {
    package static let quantizedAveragePool = Opcode(rawValue: 197)
}

/// The means of windows of bytes:
///
///     value   = f32(Σ (source − sourceZeroPoint)) · (scale / f32(places))
///     limited = value within `floor` and `ceiling`
///
/// where the sum, an integer, and `places` go over the places of the window within the image; with `countPadding`, `places` is all of
/// the window's. The result is `limited` in f32, or the byte `round(limited) + zeroPoint`, ties to even. All roundings are those of
/// single precision, one for each operator.
package struct QuantizedAveragePoolParameters: Sendable, Equatable, BitwiseCopyable {
    /// There is no argmax.
    package var pool: PoolParameters
    package var sourceZeroPoint: Int32 = 0
    /// What a step of the source is in the result, above zero.
    package var scale: Float = 1
    package var floor: Float
    package var ceiling: Float
    /// The byte that stands for zero in the destination; 0 where that is f32.
    package var zeroPoint: Int32 = 0
    /// Bytes of an element of the destination: 1, or 4 for f32.
    package var resultBytes: Int32 = 1

    package init(_ pool: PoolParameters, floor: Float = 0, ceiling: Float = 255) {
        self.pool = pool
        self.floor = floor
        self.ceiling = ceiling
    }
}

/// `source, destination` · ``QuantizedAveragePoolParameters``
package struct QuantizedAveragePoolInstruction: InstructionDefinition {
    package static var opcode: Opcode { .quantizedAveragePool }
    package static var name: String { "quantizedAveragePool" }
    private let parameters: QuantizedAveragePoolParameters
    private let pool: CheckedPool

    package init(_ bytes: ParameterBytes, lanes: Int) throws(ParameterError) {
        parameters = try bytes.load(QuantizedAveragePoolParameters.self)
        pool = try CheckedPool(parameters.pool, lanes: lanes)
        try require(parameters.pool.argmaxStride == 0, "there is an argmax")
        _ = try check(parameters.sourceZeroPoint, 0...255, "the source's zero point")
        try checkScale(parameters.scale, "the scale")
        try checkRounding(
            floor: parameters.floor, ceiling: parameters.ceiling, zeroPoint: parameters.zeroPoint,
            resultBytes: parameters.resultBytes)
        // The sum of all bytes of a window is an integer of 32 bits.
        let places = product(
            min(Int(parameters.pool.windowHeight), pool.source.height),
            min(Int(parameters.pool.windowWidth), pool.source.width))
        try require(places <= 1 << 22, "a window of \(places) places is too large for a sum of 32 bits")
    }

    package func steps(samples: Int) -> Int? { pool.steps(samples: samples) }

    package func operands(samples: Int) -> [OperandExtent] {
        [
            OperandExtent("source", .read, pool.source, of: 1, samples: samples),
            OperandExtent(
                "destination", .write, pool.destination, of: Int(parameters.resultBytes), samples: samples),
        ]
    }

    package var partitions: [Partition] {
        let whole = parameters
        let partition = pool.partition(sourceBytes: 1, resultBytes: Int(whole.resultBytes)) { pool in
            var part = whole
            part.pool = pool
            return ParameterBytes(part).bytes
        }
        return [partition]
    }
}
