extension Opcode {
    /// `source, destination` · ``SoftmaxAxisParameters``
    package static let softmaxAxis = Opcode(rawValue: 168)
    /// `result, gradient, destination` · ``SoftmaxAxisParameters``
    package static let softmaxAxisGradient = Opcode(rawValue: 171)
}

/// Softmax along the axis of `[outer, axis, inner]` in each sample, for an axis that isn't the innermost: rows that lie side by
/// side are **softmax**'s.
///
/// **softmaxAxis**: `y = exp(x − m) / Σ exp(x − m)`, `m` the maximum; with `isLogarithmic` 1 `y = x − m − log Σ exp(x − m)`.
/// **softmaxAxisGradient**, from the result: `y · (g − Σ y·g)`, or `g − exp(y) · Σ g`. Each may work in place.
package struct SoftmaxAxisParameters: Sendable, BitwiseCopyable {
    package var outer: Int32
    package var axis: Int32
    package var inner: Int32
    /// Of the source, or of result and gradient.
    package var sampleStride: Int32
    package var destinationSampleStride: Int32
    package var isLogarithmic: Int32

    package init(outer: Int, axis: Int, inner: Int, isLogarithmic: Bool) {
        self.outer = Int32(outer)
        self.axis = Int32(axis)
        self.inner = Int32(inner)
        sampleStride = Int32(outer * axis * inner)
        destinationSampleStride = sampleStride
        self.isLogarithmic = isLogarithmic ? 1 : 0
    }
}

/// ``SoftmaxAxisParameters``, checked.
private struct CheckedSoftmaxAxis {
    let fields: SoftmaxAxisParameters
    private let reach: OperandReach

    init(_ parameters: ParameterBytes) throws(ParameterError) {
        fields = try parameters.load(SoftmaxAxisParameters.self)
        let extents = EightDimensions(
            innermost: [Int(fields.outer), Int(fields.axis), Int(fields.inner)], padding: 1)
        try checkExtents(extents, "extent")
        try check(fields.isLogarithmic, in: 0...1, "isLogarithmic")
        reach = OperandReach(elements: extents.product)
    }

    func steps(samples: Int) -> Int { turns(samples, Int(fields.outer), Int(fields.axis), Int(fields.inner)) }

    func extent(_ name: String, _ samples: Int, every stride: Int32, _ access: OperandExtent.Access) -> OperandExtent {
        OperandExtent(
            name, access, bytes: reach.bytes(elementBytes: 4, samples: samples, sampleStride: Int(stride)),
            elementBytes: 4)
    }
}

/// The definition of **softmaxAxis**.
package struct SoftmaxAxisInstruction: InstructionDefinition {
    package static var opcode: Opcode { .softmaxAxis }
    package static var name: String { "softmaxAxis" }

    private let checked: CheckedSoftmaxAxis

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        checked = try CheckedSoftmaxAxis(parameters)
    }

    package func steps(samples: Int) -> Int? { checked.steps(samples: samples) }

    package func operands(samples: Int) -> [OperandExtent] {
        [
            checked.extent("source", samples, every: checked.fields.sampleStride, .read),
            checked.extent("destination", samples, every: checked.fields.destinationSampleStride, .write),
        ]
    }
}

/// The definition of **softmaxAxisGradient**.
package struct SoftmaxAxisGradientInstruction: InstructionDefinition {
    package static var opcode: Opcode { .softmaxAxisGradient }
    package static var name: String { "softmaxAxisGradient" }

    private let checked: CheckedSoftmaxAxis

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        checked = try CheckedSoftmaxAxis(parameters)
    }

    package func steps(samples: Int) -> Int? { checked.steps(samples: samples) }

    package func operands(samples: Int) -> [OperandExtent] {
        [
            checked.extent("result", samples, every: checked.fields.sampleStride, .read),
            checked.extent("gradient", samples, every: checked.fields.sampleStride, .read),
            checked.extent("destination", samples, every: checked.fields.destinationSampleStride, .write),
        ]
    }
}
