import ApusInstructions
import ApusPlan
import InstructionSamples
import Testing

/// A plan says how long it takes at most, and what is too long is refused.
@Suite("The steps of plans")
struct StepLimitTests {
    /// A plan of one `reduce` that joins `extents` elements, all of which are the first of its input.
    private func plan(_ extents: Int..., repeats: Int = 1, microBatch: Int = 1) -> Plan {
        var plan = Plan(name: "long", target: .baseline, batchBound: microBatch, microBatch: microBatch)
        plan.inputs = [Port(name: "x", elementType: .f32, sampleShape: [1])]
        plan.outputs = [Port(name: "y", elementType: .f32, sampleShape: [1])]
        let reduction = ReductionParameters(
            .sum, extents: EightDimensions(innermost: extents, padding: 1),
            sourceStrides: EightDimensions(innermost: [], padding: 0),
            destinationStrides: EightDimensions(innermost: [], padding: 0), sourceSampleStride: repeats == 1 ? 1 : 0,
            destinationSampleStride: repeats == 1 ? 1 : 0)
        plan.body = [
            Instruction(
                .reduce, operands: [Operand(.input), Operand(.output)], parameters: bytes(of: reduction), label: "y",
                repeats: repeats)
        ]
        return plan
    }

    private func message(_ plan: Plan) -> String {
        do {
            try plan.verify()
            return "right"
        } catch {
            return error.description
        }
    }

    @Test func stepsAreTurnsOfTheInnermostLoops() {
        #expect(plan(30, 40).steps == 1200)
        #expect(plan(30, 40, repeats: 5, microBatch: 7).steps == 1200 * 35)
        var parts = plan(30, 40, microBatch: 7)
        parts.prologue = parts.body
        parts.epilogue = parts.body
        #expect(parts.steps == 1200 * 9)
        // Of what says nothing else: the bytes of its operands, for each sample.
        var relayout = plan(1)
        relayout.body[0].opcode = .softmax
        relayout.body[0].parameters = bytes(of: RowParameters(count: 10, rows: 3, rowStride: 10, sampleStride: 30))
        #expect(relayout.steps == 2 * 120)
    }

    /// A kilobyte that asks for 2^59 additions of one number.
    @Test func whatNeverEndsIsRefused() {
        let long = plan(1 << 15, 1 << 15, 1, repeats: 1 << 24, microBatch: 4)
        #expect(PlanFile.encode(long).count < 1024)
        #expect(
            message(long)
                == "instruction 0 of the body, reduce for y: it takes up to \(1 << 50) steps, more than \(1 << 46)")
        #expect(message(plan(1 << 15, 1 << 15)) == "right")
        do throws(PlanFileError) {
            _ = try PlanFile.decode(PlanFile.encode(long))
            Issue.record("it was decoded")
        } catch {
            #expect(error.description.hasPrefix("the plan file can't be run: instruction 0 of the body, reduce"))
        }
    }

    /// What each instruction may take by itself, all of them together may not.
    @Test func instructionsAreAddedUp() {
        var many = plan(1 << 15, 1 << 15, repeats: 1 << 16)
        #expect(many.steps == 1 << 46)
        #expect(message(many) == "right")
        many.body.append(many.body[0])
        #expect(
            message(many) == "its instructions take up to \(1 << 47) steps together, more than \(1 << 46)")
    }

    /// Loops around one without a turn are gone through all the same.
    @Test func emptyLoopsTakeTheirTime() {
        #expect(plan(1 << 15, 1 << 15, 0).steps == 1 << 30)
    }

    /// A kernel that is much wider than its image: from one row to the next there are as many positions as the kernel has columns.
    @Test func positionsBeyondTheEndsOfRowsCount() throws {
        let image = ImageLayout(channels: 1, height: 6, width: 7)
        var wide = ConvolutionParameters(source: image, destination: image)
        (wide.kernelWidth, wide.padLeft) = (8191, 4095)
        (wide.outputHeight, wide.outputWidth) = (6, 7)
        let instruction = Instruction(.plainConvolution, operands: [], parameters: bytes(of: wide), label: "y")
        #expect(instruction.steps(try instruction.definition(lanes: 4), samples: 1) >= 6 * 8191 * 8191)
    }

    /// Each kind of instruction takes more steps for more samples.
    @Test(arguments: SampleInstruction.all) func stepsGrowWithSamples(sample: SampleInstruction) throws {
        let definition = try sample.definition()
        let instruction = Instruction(sample.opcode, operands: [], parameters: sample.parameters, label: "")
        let one = instruction.steps(definition, samples: 1)
        #expect(one > 0)
        #expect(instruction.steps(definition, samples: 3) == 3 * one)
        #expect(instruction.steps(definition, samples: 1 << 48) == 1 << 50)
        // No element is written without a step, but for those of scratch that isn't needed.
        let written = definition.operands(samples: 1).filter { $0.access == .write || $0.access == .update }
        #expect(written.allSatisfy { $0.bytes.count / 8 <= one }, "\(one): \(written)")
    }
}
