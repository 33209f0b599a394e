extension Opcode {
    /// `output gradient?, final state gradient?, final cell gradient?, packed transposed weights, peepholes?, lengths?,
    /// initial state?, initial cell?, outputs, saved?, gate gradient, recurrent gate gradient?, initial state gradient?,
    /// initial cell gradient?, scratch` · ``RecurrentGradientParameters``
    package static let recurrentGradient = Opcode(rawValue: 177)
}

/// The gradient of recurrent steps through time: of the projected gates, `[step][gate][hidden]`, and of the initial state and
/// cell. Of steps beyond a sample's length the gradients are zero. `forward` has no clip.
///
/// - Packed transposed weights are, for each of ``RecurrentCell/products``, a right operand packed by **packMatrix** with a term for
///   each unit of each gate and `hidden` columns. Saved is what **recurrent** saved; cells with ``RecurrentCell/saved`` need it.
/// - The recurrent gate gradient is that of the products `h·R + b`. It lies like the gate gradient, and is the same but for
///   **gruResetAfter**, where that of `n` is multiplied by `r`: with the states before each step it gives the gradients of
///   weights and bias, which are contractions. (**gruResetBefore**: `n` goes with the saved `r·h`.)
package struct RecurrentGradientParameters: Sendable, BitwiseCopyable {
    package var forward: RecurrentParameters
    package var outputGradientStepStride: Int32
    package var outputGradientSampleStride: Int32
    package var gateGradientStepStride: Int32
    package var gateGradientSampleStride: Int32
    package var finalGradientStride: Int32
    package var initialGradientStride: Int32

    /// Gradients lie like what they are the gradients of; those of the initial state without gaps.
    package init(_ forward: RecurrentParameters) {
        self.forward = forward
        outputGradientStepStride = forward.outputStepStride
        outputGradientSampleStride = forward.outputSampleStride
        gateGradientStepStride = forward.gateStepStride
        gateGradientSampleStride = forward.gateSampleStride
        finalGradientStride = forward.finalStride
        initialGradientStride = forward.hidden
    }
}

/// The definition of **recurrentGradient**.
package struct RecurrentGradientInstruction: InstructionDefinition {
    package static let opcode = Opcode.recurrentGradient
    package static let name = "recurrentGradient"

    private let fields: RecurrentGradientParameters
    private let checked: CheckedRecurrent
    private let outputGradient: MatrixExtent
    private let gateGradient: MatrixExtent

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        fields = try parameters.load(RecurrentGradientParameters.self)
        checked = try CheckedRecurrent(fields.forward, lanes: lanes)
        guard fields.forward.clip == 0 else { throw ParameterError("clipped sums have no gradient") }
        outputGradient = try CheckedRecurrent.steps(
            "output gradient", fields.forward.steps, stride: fields.outputGradientStepStride,
            elements: fields.forward.hidden)
        gateGradient = try CheckedRecurrent.steps(
            "gate gradient", fields.forward.steps, stride: fields.gateGradientStepStride,
            elements: fields.forward.hidden * Int32(checked.cell.gates))
    }

    package func steps(samples: Int) -> Int? { turns(2, checked.steps(samples: samples)) }

    package func operands(samples: Int) -> [OperandExtent] {
        let forward = fields.forward
        var recurrentGateGradient = gateGradient.operand(
            samples: samples, sampleStride: fields.gateGradientSampleStride, access: .write, isOptional: true)
        recurrentGateGradient.name = "recurrent gate gradient"
        return [
            outputGradient.operand(
                samples: samples, sampleStride: fields.outputGradientSampleStride, access: .read, isOptional: true),
            checked.rows("final state gradient", samples: samples, stride: fields.finalGradientStride, access: .read),
            checked.rows("final cell gradient", samples: samples, stride: fields.finalGradientStride, access: .read),
            checked.weights(isTransposed: true),
            checked.peepholes(),
            checked.lengths(samples: samples),
            checked.rows("initial state", samples: samples, stride: forward.initialStride, access: .read),
            checked.rows("initial cell", samples: samples, stride: forward.initialStride, access: .read),
            checked.outputs.operand(samples: samples, sampleStride: forward.outputSampleStride, access: .read),
            checked.saved.operand(
                samples: samples, sampleStride: forward.savedSampleStride, access: .read,
                isOptional: checked.cell.saved == 0),
            gateGradient.operand(samples: samples, sampleStride: fields.gateGradientSampleStride, access: .write),
            recurrentGateGradient,
            checked.rows(
                "initial state gradient", samples: samples, stride: fields.initialGradientStride, access: .write),
            checked.rows(
                "initial cell gradient", samples: samples, stride: fields.initialGradientStride, access: .write),
            checked.scratch(samples: samples),
        ]
    }
}
