extension Opcode {
    /// `source, tap indices, tap weights, destination` · ``InterpolateParameters``
    package static let interpolate = Opcode(rawValue: 133)
    /// `destination gradient, tap indices, tap weights, source gradient` · ``InterpolateParameters``
    package static let interpolateGradient = Opcode(rawValue: 136)
}

/// A resampling of plain values `[outer, source, inner]` to `[outer, destination, inner]` along one axis:
///
///     destination[o, d, i] = Σ_t weight[d, t] · source[o, index[d, t], i]
///
/// with `taps` taps for every element along the destination's axis: 1 for the nearest, 2 for linear, 4 for cubic
/// interpolation, more against aliasing. Indices are i32 and weights f32, `[destination, taps]`, and shared by all samples.
/// An index outside of the source is taken as the nearest one inside.
///
/// **interpolateGradient** is the adjoint: the source gradient is set to zero, and then every destination gradient is added by
/// its taps, in their order.
package struct InterpolateParameters: Sendable, BitwiseCopyable {
    package var outer: Int32
    package var source: Int32
    package var destination: Int32
    package var inner: Int32
    package var taps: Int32
    package var sourceSampleStride: Int32
    package var destinationSampleStride: Int32

    package init(outer: Int, source: Int, destination: Int, inner: Int, taps: Int) {
        self.outer = Int32(outer)
        self.source = Int32(source)
        self.destination = Int32(destination)
        self.inner = Int32(inner)
        self.taps = Int32(taps)
        sourceSampleStride = Int32(outer * source * inner)
        destinationSampleStride = Int32(outer * destination * inner)
    }
}

/// What interpolate and its gradient have in common.
private struct InterpolateExtents: Sendable {
    private let parameters: InterpolateParameters
    private let sourceElements: Int
    private let destinationElements: Int
    private let tapElements: Int

    init(_ bytes: ParameterBytes) throws(ParameterError) {
        parameters = try bytes.load(InterpolateParameters.self)
        let limit = Int(Int32.max)
        let outer = try checked(parameters.outer, 0...limit, "the outer extent")
        let inner = try checked(parameters.inner, 0...limit, "the inner extent")
        let source = try checked(parameters.source, 1...limit, "the source's extent")
        let destination = try checked(parameters.destination, 0...limit, "the destination's extent")
        let taps = try checked(parameters.taps, 1...limit, "the number of taps")
        let rows = outer * inner
        guard rows < 1 << 31 else { throw ParameterError("the outer and inner extents have 2^31 elements or more") }
        sourceElements = rows * source
        destinationElements = rows * destination
        tapElements = destination * taps
    }

    /// Each tap of each element, and what a gradient clears.
    func steps(samples: Int) -> Int {
        let lines = turns(Int(parameters.outer), Int(parameters.destination), Int(parameters.taps))
        return turns(samples, turns(lines, Int(parameters.inner)) + sourceElements)
    }

    func source(_ name: String, _ access: OperandExtent.Access, samples: Int) -> OperandExtent {
        extent(name, access, sourceElements, Int(parameters.sourceSampleStride), samples)
    }

    func destination(_ name: String, _ access: OperandExtent.Access, samples: Int) -> OperandExtent {
        extent(name, access, destinationElements, Int(parameters.destinationSampleStride), samples)
    }

    func taps(_ name: String, samples: Int) -> OperandExtent { extent(name, .read, tapElements, 0, samples) }

    private func extent(
        _ name: String, _ access: OperandExtent.Access, _ elements: Int, _ stride: Int, _ samples: Int
    ) -> OperandExtent {
        OperandExtent(
            name, access,
            bytes: bytes(
                of: 0...max(0, elements - 1), every: stride, samples: samples, elementBytes: 4, isEmpty: elements == 0),
            elementBytes: 4, isOptional: false)
    }
}

/// A resampling along one axis.
package struct InterpolateInstruction: InstructionDefinition {
    package static let opcode = Opcode.interpolate
    package static let name = "interpolate"
    private let extents: InterpolateExtents

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        extents = try InterpolateExtents(parameters)
    }

    package func steps(samples: Int) -> Int? { extents.steps(samples: samples) }

    package func operands(samples: Int) -> [OperandExtent] {
        [
            extents.source("source", .read, samples: samples), extents.taps("tap indices", samples: samples),
            extents.taps("tap weights", samples: samples), extents.destination("destination", .write, samples: samples),
        ]
    }
}

/// The adjoint of ``InterpolateInstruction``.
package struct InterpolateGradientInstruction: InstructionDefinition {
    package static let opcode = Opcode.interpolateGradient
    package static let name = "interpolateGradient"
    private let extents: InterpolateExtents

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        extents = try InterpolateExtents(parameters)
    }

    package func steps(samples: Int) -> Int? { extents.steps(samples: samples) }

    package func operands(samples: Int) -> [OperandExtent] {
        [
            extents.destination("destination gradient", .read, samples: samples),
            extents.taps("tap indices", samples: samples), extents.taps("tap weights", samples: samples),
            extents.source("source gradient", .write, samples: samples),
        ]
    }
}
