import ApusInstructions
import ApusPlan
import Testing

@Suite("Ports")
struct PortTests {
    /// What the verifier says of the sample plan after a change.
    private func message(_ change: (inout Plan) -> Void) -> String {
        var plan = samplePlan()
        change(&plan)
        do {
            try plan.verify()
            return "right"
        } catch {
            return error.description
        }
    }

    @Test func sizesFollowFromTypeAndShape() {
        let port = Port(name: "x", elementType: .f16, sampleShape: [2, 3])
        #expect(port.sampleBytes == 12 && port.sampleStride == 12 && port.elements(samples: 5) == 30)
        #expect(port.typeText == "f16[N, 2, 3]" && port.description == "x: f16[N, 2, 3]")
        let shared = Port(name: "x", elementType: .bool, sampleShape: [], isShared: true)
        #expect(shared.sampleBytes == 1 && shared.sampleStride == 0 && shared.elements(samples: 5) == 1)
        #expect(shared.typeText == "bool[]")
        #expect(Port.ElementType.allCases.count == 13)
    }

    @Test(arguments: Port.ElementType.allCases, [false, true])
    func everyTypeComesBackFromAFile(type: Port.ElementType, isShared: Bool) throws {
        var plan = Plan(name: "", target: .baseline, batchBound: 1, microBatch: 1)
        plan.inputs = [
            Port(name: "a", elementType: type, sampleShape: [], isShared: isShared),
            Port(name: "b", elementType: type, sampleShape: [1, 2, 1, 2, 1, 2, 1, 2], isShared: isShared),
        ]
        #expect(try PlanFile.decode(PlanFile.encode(plan)) == plan)
    }

    @Test func namesAndSizesAreChecked() {
        #expect(message { $0.inputs[1].name = "image" } == "two inputs are called image")
        #expect(
            message { $0.inputs[1].sampleShape = Array(repeating: 1, count: 9) }
                == "the input label has 9 dimensions, more than 8")
        #expect(
            message { $0.inputs[1].sampleShape = [0, 1 << 40, 1 << 40] }
                == "the input label is too large: i32[N, 0, 1099511627776, 1099511627776]")
        #expect(message { $0.inputs[1].sampleShape = [-1] } == "the input label is too large: i32[N, -1]")
        #expect(
            message { $0.inputs[0].elementType = .u8 }
                == "instruction 0 of the body, relayout for image: the source is bytes 0 ..< 256 of the input arena, which has 64"
        )
    }

    @Test func whatSamplesHaveInCommonIsThereOnce() {
        // The relayout of three samples reads three of them.
        #expect(
            message { $0.inputs[0].isShared = true }
                == "instruction 0 of the body, relayout for image: the source is bytes 0 ..< 768 of the input arena, "
                + "which has 256")
        #expect(
            message { $0.outputs[0].isShared = true }
                == "instruction 5 of the body, softmax for probabilities: the destination is in the output probabilities, "
                + "which all samples have in common and the body must not touch")
        // Outside of the body there are no samples.
        let reason = "instruction 0 of the prologue, padVector for reductions: the padded bias "
        #expect(
            message { $0.prologue[0].operands[1] = Operand(.output) }
                .hasSuffix("the output probabilities is there sample by sample, in the body alone"))
        #expect(
            message {
                $0.outputs.append(Port(name: "zeros", elementType: .f32, sampleShape: [32], isShared: true))
                $0.prologue[0].operands[1] = Operand(.output, port: 1)
            } == reason + "is bytes 0 ..< 256 of the output arena, which has 128")
        #expect(
            message {
                $0.outputs.append(Port(name: "zeros", elementType: .f32, sampleShape: [64], isShared: true))
                $0.prologue[0].operands[1] = Operand(.output, port: 1)
            } == "right")
    }
}
