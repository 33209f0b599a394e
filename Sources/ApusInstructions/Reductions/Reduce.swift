extension Opcode {
    /// `source, destination` · ``ReductionParameters``
    package static let reduce = Opcode(rawValue: 144)
}

/// **reduce** joins elements along any of up to eight dimensions: those with a destination stride of 0. The others are kept.
/// `destination[k] = scale · f(source[k, r] over all r)`, or `+=` where `accumulate` is 1.
///
/// Strides count elements and may be negative. A destination sample stride of 0 joins the samples of the call as well.
/// Integers are computed in `Int64`, wrapping round, and `scale` is 1; all else in single precision. Either way the result
/// is converted to the destination's type: a number to bool by comparing it with 0.
/// Of no elements, the sums are 0, a product is 1, a maximum −infinity (or the least `Int64`), a minimum the reverse.
/// Maximum and minimum are not a number where any element isn't.
///
/// A sum of `n` numbers is off by at most `(40 + 15 · ⌈log₁₆(n / 1024)⌉) · 2⁻²⁴ · Σ|x|` along the innermost dimension, and by
/// `(8 + 15 · ⌈log₁₆(n / 8)⌉)` of these units across it: Higham, "Accuracy and Stability of Numerical Algorithms" (2nd
/// edition, 2002), section 4.2. The order of additions depends on the extents alone.
package struct ReductionParameters: Sendable, BitwiseCopyable {
    package var extents: EightDimensions
    package var sourceStrides: EightDimensions
    package var destinationStrides: EightDimensions
    package var sourceSampleStride: Int32
    package var destinationSampleStride: Int32
    /// What each result is multiplied by: a mean is a sum with the inverse of the count.
    package var scale: Float = 1
    package var operation: UInt8
    /// ``StoredType``s.
    package var sourceType: UInt8 = 0
    package var destinationType: UInt8 = 0
    package var accumulate: UInt8 = 0

    package init(
        _ operation: ReduceOperation, extents: EightDimensions, sourceStrides: EightDimensions,
        destinationStrides: EightDimensions, sourceSampleStride: Int, destinationSampleStride: Int
    ) {
        self.operation = operation.rawValue
        self.extents = extents
        self.sourceStrides = sourceStrides
        self.destinationStrides = destinationStrides
        self.sourceSampleStride = Int32(sourceSampleStride)
        self.destinationSampleStride = Int32(destinationSampleStride)
    }
}

/// What a reduction computes of its elements. The numbers stand in plan files.
package enum ReduceOperation: UInt8, Sendable, CaseIterable {
    case sum = 0
    case maximum, minimum, product
    /// `Σ |x|`
    case l1
    /// `√Σ x²`; not of integers.
    case l2
    /// `Σ x²`
    case sumSquare
    /// `log Σ exp(x)`, computed from `x − max x`; not of integers.
    case logSumExp
}

/// The definition of **reduce**.
package struct ReduceInstruction: InstructionDefinition {
    package static var opcode: Opcode { .reduce }
    package static var name: String { "reduce" }

    private let source: OperandReach
    private let destination: OperandReach
    private let sourceBytes: Int
    private let destinationBytes: Int
    private let parameters: ReductionParameters

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        let fields = try parameters.load(ReductionParameters.self)
        self.parameters = fields
        guard let operation = ReduceOperation(rawValue: fields.operation) else {
            throw ParameterError("operation \(fields.operation) is not one of reduce's")
        }
        let sourceType = try StoredType(field: fields.sourceType, "the source's type")
        let destinationType = try StoredType(field: fields.destinationType, "the destination's type")
        try checkFlag(fields.accumulate, "accumulate")
        if sourceType.isInteger {
            guard operation != .l2, operation != .logSumExp else {
                throw ParameterError("\(operation) is not computed of integers")
            }
            guard destinationType.isInteger, fields.scale == 1 else {
                throw ParameterError("integers are reduced to integers, with a scale of 1")
            }
        } else {
            guard !destinationType.isInteger else { throw ParameterError("numbers are reduced to numbers") }
            guard fields.scale.isFinite else { throw ParameterError("the scale is \(fields.scale)") }
        }
        sourceBytes = sourceType.bytes
        destinationBytes = destinationType.bytes
        try checkExtents(fields.extents, "extent")
        var source = OperandReach("source")
        var destination = OperandReach("destination")
        try source.extend(fields.extents, strides: fields.sourceStrides)
        var kept: [(extent: Int, stride: Int)] = []
        for dimension in fields.extents.indices where fields.destinationStrides[dimension] != 0 {
            kept.append((Int(fields.extents[dimension]), Int(fields.destinationStrides[dimension])))
        }
        for loop in kept { try destination.extend(loop.extent, stride: loop.stride) }
        try requireApart(kept, "destination")
        self.source = source
        self.destination = destination
    }

    /// Samples that are joined must come in one call, unless their sums may as well be added call by call.
    package var couplesSamples: Bool {
        let isSum = [ReduceOperation.sum, .l1, .sumSquare].contains { $0.rawValue == parameters.operation }
        return parameters.destinationSampleStride == 0 && !(isSum && parameters.accumulate == 1)
    }

    package func steps(samples: Int) -> Int? { turns(samples, parameters.extents.turns) }

    package func operands(samples: Int) -> [OperandExtent] {
        [
            OperandExtent(
                "source", .read,
                bytes: source.bytes(
                    elementBytes: sourceBytes, samples: samples, sampleStride: Int(parameters.sourceSampleStride)),
                elementBytes: sourceBytes),
            OperandExtent(
                "destination", parameters.accumulate == 1 ? .update : .write,
                bytes: destination.bytes(
                    elementBytes: destinationBytes, samples: samples,
                    sampleStride: Int(parameters.destinationSampleStride)), elementBytes: destinationBytes),
        ]
    }
}
