import ApusInstructions
import ApusPlan
import InstructionSamples
import Testing

@Suite("The verifier of plans")
struct PlanVerifierTests {
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

    /// Changes one `Int32` field of an instruction's parameters.
    private func set(_ field: Int, of instruction: Int, to value: Int32, in plan: inout Plan) {
        for (index, byte) in bytes(of: value.littleEndian).enumerated() {
            plan.body[instruction].parameters[4 * field + index] = byte
        }
    }

    @Test func acceptsTheSamplePlan() {
        #expect(message { _ in } == "right")
    }

    @Test func operandsStayInTheirArenas() {
        let dense = "instruction 3 of the body, dense for logits: "
        #expect(
            message { $0.constants.removeLast(200) }
                == dense + "the packed weights is bytes 320 ..< 6464 of the constants arena, which has 6360")
        #expect(
            message { $0.body[3].operands[3].offset = 3458 }
                == dense + "the destination is at 3458, which is not a multiple of 4")
        #expect(message { $0.body[3].operands[0] = .none } == dense + "the source is left out")
        #expect(
            message { $0.body[3].operands[3] = Operand(.constants) }
                == dense + "the destination is written, but is in the constants arena")
        #expect(
            message { $0.body[3].operands.removeLast() } == dense + "there are 3 operands instead of 4")
        #expect(
            message { $0.body[3].operands[0] = Operand(.input, port: 2) } == dense + "there is no input 2")
        #expect(
            message { $0.body[3].parameters.removeLast() }
                == dense + "the parameters have 19 bytes instead of 20")
        #expect(
            message { $0.outputs[0].sampleShape = [9] }
                == "instruction 5 of the body, softmax for probabilities: the destination is bytes 0 ..< 40 of the "
                + "output arena, which has 36")
        #expect(
            message { $0.epilogue[0].parameters = bytes(of: ReduceParameters(count: 10, stride: 55, shards: 2)) }
                == "instruction 0 of the epilogue, reduceShards for bias gradient: the shards is bytes 0 ..< 260 of the "
                + "reductions arena, which has 256")
        #expect(
            message { $0.epilogue[1].operands[0] = Operand(.input) }
                == "instruction 1 of the epilogue, movingAverage for bias average: the input image is there sample "
                + "by sample, in the body alone")
    }

    /// The parts of a batch are computed at the same time: none changes what another relies on.
    @Test func threadsDontChangeEachOthersNumbers() throws {
        let dense = "instruction 3 of the body, dense for logits: "
        #expect(
            message { $0.body[3].operands[3] = Operand(.state) }
                == dense + "the destination is written, but is in the state arena, which other threads see")
        func sorted(scratch arena: Arena) -> String {
            self.message { plan in
                plan.stateBytes = 4096
                plan.reductionBytes = 4096
                let sort = SortParameters(
                    outer: 1, axis: 10, inner: 1, kept: 10, sourceSampleStride: 10, valueSampleStride: 10,
                    indexSampleStride: 10)
                plan.body[5].opcode = .sort
                plan.body[5].parameters = bytes(of: sort)
                plan.body[5].operands = [
                    Operand(.activations), Operand(.output), .none, Operand(arena, offset: 2048),
                ]
            }
        }
        #expect(sorted(scratch: .activations) == "right")
        for arena in [Arena.state, .reductions] {
            #expect(
                sorted(scratch: arena)
                    == "instruction 5 of the body, sort for probabilities: the scratch is written, but is in the "
                    + "\(arena) arena, which other threads see")
        }
    }

    /// What is left out is the null pointer: nothing may be added to it.
    @Test func whatIsLeftOutIsNowhere() {
        let convolution = "instruction 1 of the body, convolution for pool1: "
        #expect(
            message { $0.body[1].operands[5].offset = 4 } == convolution + "the addend is left out, but at 4")
        #expect(
            message { $0.body[1].operands[5].port = 1 }
                == convolution + "the addend is in port 1 of the none arena, which has none")
        #expect(
            message { $0.body[1].operands[1].port = 7 }
                == convolution + "the packed weights is in port 7 of the constants arena, which has none")
    }

    @Test func repeatsAreSamplesOfTheKernel() throws {
        let relayout = "instruction 2 of the body, relayout for flat: "
        for repeats in [0, -1, 1 << 24 + 1, Int(UInt32.max)] {
            #expect(
                message { $0.body[2].repeats = repeats } == relayout + "it is repeated \(repeats) times")
        }
        #expect(
            message { $0.body[2].repeats = 3 }
                == relayout + "the source is bytes 1536 ..< 6144 of the activations arena, which has 4096")
        // Before and after the body there is one sample, with its repeats.
        #expect(message { $0.prologue[0].repeats = 2 } == "right")
        var twice = samplePlan()
        twice.body[6].repeats = 2
        let once = try samplePlan().body[6].work(samples: 4, lanes: 4)
        #expect(try twice.body[6].work(samples: 2, lanes: 4).read == once.read)
        #expect(try PlanFile.decode(PlanFile.encode(samplePlan())).body[6].repeats == 1)
    }

    /// The sample's body with a sum of both shards in its midst, of the shards' reductions to the state.
    private func combine(_ plan: inout Plan) {
        plan.body.insert(
            Instruction(
                .reduceShards, operands: [Operand(.reductions), Operand(.state, offset: 64)],
                parameters: bytes(of: ReduceParameters(count: 10, stride: 32, shards: 2)), label: "sum"), at: 3)
        plan.combinations = [3..<4]
        plan.batchBound = 6
    }

    @Test func combinationsArePartsOfTheBody() {
        func message(_ change: (inout Plan) -> Void) -> String {
            self.message {
                combine(&$0)
                change(&$0)
            }
        }
        #expect(message { _ in } == "right")
        for (wrong, range) in [
            ([8..<9], 8..<9), ([7..<9], 7..<9), ([3..<3], 3..<3), ([3..<4, 4..<5], 4..<5), ([3..<5, 2..<3], 2..<3),
        ] {
            #expect(
                message { $0.combinations = wrong }
                    == "the instructions \(range) can't be a combination of the 8 of the body")
        }
        #expect(message { $0.batchBound = 7 } == "2 shards of 3 samples are no batch of 7")
        #expect(
            message { $0.activationBytes = 1 << 48 } == "2 shards have 281474976710656 bytes of activations each")
        // Shards see their own reductions, combinations those of all, and no shard's activations.
        let sum = "instruction 3 of the body, reduceShards for sum: "
        #expect(
            message { $0.combinations = [] }
                == sum + "the shards is bytes 0 ..< 168 of the reductions arena, which has 128")
        #expect(
            message { $0.body[3].operands[1] = Operand(.activations) }
                == sum + "the sum is bytes 0 ..< 40 of the activations arena, which has 0")
        #expect(
            message { $0.body[3].operands[1] = Operand(.output) }
                == sum + "the output probabilities is there sample by sample, in the body alone")
    }

    @Test func theBodyIsCutAtItsCombinations() throws {
        var plan = samplePlan()
        #expect(plan.bodyParts == [BodyPart(range: 0..<7, isCombination: false)])
        #expect(plan.activationArenas(threads: 3) == 3)
        combine(&plan)
        #expect(
            plan.bodyParts == [
                BodyPart(range: 0..<3, isCombination: false), BodyPart(range: 3..<4, isCombination: true),
                BodyPart(range: 4..<8, isCombination: false),
            ])
        #expect(plan.couplesSamples && plan.activationArenas(threads: 3) == 2)
        #expect(try PlanFile.decode(PlanFile.encode(plan)) == plan)
        plan.combinations = [0..<2, 7..<8]
        #expect(plan.bodyParts.map(\.range) == [0..<2, 2..<7, 7..<8])
    }

    @Test func portsAreOfUse() {
        #expect(
            message { $0.outputs[0].sampleShape = [11] }
                == "the output probabilities has 44 bytes, of which 40 are written")
        #expect(
            message { $0.inputs[0].sampleShape = [1, 1 << 20, 1 << 10] }
                == "the input image has 4294967296 bytes, of which 256 are read")
    }

    @Test func sizesAgree() {
        #expect(message { $0.microBatch = 1 << 24 + 1 } == "the micro-batch is 16777217")
        #expect(message { $0.shards = 1 << 16 + 1 } == "the number of shards is 65537")
        #expect(
            message { $0.activationBound = 5000 }
                == "the activations' 4096 bytes are below their bound of 5000")
        #expect(
            message { $0.body[0].multiplyAdds = 1 << 49 }
                == "instruction 0 of the body, relayout for image: it has 562949953421312 multiply-adds")
        #expect(message { $0.microBatch = 0 } == "the micro-batch is 0")
        #expect(message { $0.stateBytes = 196 } == "the state's status is not inside of its 196 bytes")
        #expect(
            message { $0.buffers[1].size = 2_700 }
                == "the buffer pool1 is not inside of the activations' 4096 bytes")
    }

    @Test func parametersMakeSense() {
        // A convolution's parameters begin with the source's layout: channels, height, width, block, top, ...
        let convolution = "instruction 1 of the body, convolution for pool1: "
        #expect(
            message { set(4, of: 1, to: 0, in: &$0) }
                == convolution + "rows -1 to 8 are read, but the source has 0 to 8")
        #expect(message { set(1, of: 1, to: -8, in: &$0) } == convolution + "the source's height is -8")
        #expect(message { set(3, of: 1, to: 2, in: &$0) } == convolution + "the source's block is 2, not 1 or 4")
        #expect(message { set(0, of: 1, to: .max, in: &$0) } == convolution + "the source is too large")
        let field = MemoryLayout<ImageLayout>.size / 2
        #expect(message { set(field + 2, of: 1, to: 0, in: &$0) } == convolution + "the stride is 0")
        #expect(
            message { set(field + 8, of: 1, to: 6, in: &$0) }
                == convolution + "the result of 3 × 4 is not the destination's 4 × 4")
        #expect(
            message { set(field + 14, of: 1, to: 3, in: &$0) }
                == convolution + "the activation is 3, not none, relu or clip")
        #expect(
            message {
                set(field + 14, of: 1, to: 2, in: &$0)
                set(field + 15, of: 1, to: Int32(bitPattern: Float(1).bitPattern), in: &$0)
            } == convolution + "no number is from 1.0 to 0.0")
        // After twenty fields the addend's layout, and after that the tile.
        #expect(
            message { set(field + 21, of: 1, to: 3, in: &$0) }
                == convolution + "the addend is not of the destination's image in blocks of 4")
        #expect(
            message { set(field + 29, of: 1, to: 0, in: &$0) }
                == convolution + "there is no kernel with a tile of 0 × 1")
        #expect(
            message { set(field + 30, of: 1, to: 3, in: &$0) }
                == convolution + "there is no kernel with a tile of 1 × 3 × 1")
        #expect(
            message { set(field + 31, of: 1, to: 9, in: &$0) }
                == convolution + "there is no kernel with a tile of 1 × 9")
        #expect(
            message { set(field + 32, of: 1, to: -1, in: &$0) }
                == convolution + "there is no kernel with a tile of 1 × 1, -1 rows")

        let program = "instruction 4 of the body, elementwise for scaled: "
        let steps = MemoryLayout<ElementwiseParameters>.size / 4
        #expect(message { set(steps, of: 4, to: 99, in: &$0) } == program + "there is no operation 99")
        #expect(message { set(steps + 3, of: 4, to: 16, in: &$0) } == program + "a register is 16")
        #expect(message { set(1, of: 4, to: 3, in: &$0) } == program + "the program has 2 steps instead of 3")
    }

    /// Strides of zero touch little memory, but a loop over them may be as long as a file says.
    @Test func loopsEnd() {
        var loops = BroadcastParameters(operation: .add)
        loops.extents = (1 << 20, 1 << 20, 1, 1, 1, 1)
        let operands = [Operand(.activations), Operand(.activations), Operand(.activations)]
        #expect(
            message {
                $0.body[0] = Instruction(.broadcast, operands: operands, parameters: bytes(of: loops), label: "x")
            } == "instruction 0 of the body, broadcast for x: the loops have 1099511627776 turns")
        let rows = RowParameters(count: 10, rows: 1 << 30, rowStride: 0, sampleStride: 10)
        #expect(
            message { $0.body[5].parameters = bytes(of: rows) }
                == "instruction 5 of the body, softmax for probabilities: rows of 10 are 0 apart")
        #expect(
            message { $0.epilogue[0].parameters = bytes(of: ReduceParameters(count: 10, stride: 0, shards: 1 << 30)) }
                == "instruction 0 of the epilogue, reduceShards for bias gradient: shards of 10 are 0 apart")
    }

    /// What an instruction writes lies on what it reads only where its kernel can compute with that.
    @Test func operandsLieApart() throws {
        let step = ElementwiseStep(.negate, first: 0, result: 1)
        var parameters = ElementwiseParameters(count: 16, steps: 1, sources: 1, destinationStride: 16)
        func verified(_ first: Int, _ second: Int, stride: Int = 16, microBatch: Int = 1) -> String {
            message {
                parameters.stride0 = Int32(stride)
                parameters.destinationStride = Int32(max(16, stride))
                $0.microBatch = microBatch
                $0.body[0] = Instruction(
                    .elementwise,
                    operands: [Operand(.activations, offset: first), Operand(.activations, offset: second)],
                    parameters: bytes(of: parameters) + bytes(of: step), label: "x")
            }
        }
        let wrong = "instruction 0 of the body, elementwise for x: the destination lies on the source 0"
        #expect(verified(0, 64) == "right")
        #expect(verified(0, 0) == "right")
        #expect(verified(0, 4) == wrong)
        #expect(verified(60, 0) == wrong)
        // Samples of both lie between each other.
        #expect(verified(0, 64, stride: 32, microBatch: 2) == "right")
        #expect(verified(0, 64, stride: 16, microBatch: 2) == wrong)
        #expect(verified(0, 0, stride: 8, microBatch: 2) == wrong)
    }

    @Test func buffersAreVerifiedToo() throws {
        func message(_ change: (inout Plan) -> Void) -> String {
            var plan = samplePlan()
            change(&plan)
            do {
                try plan.verifyBuffers()
                return "right"
            } catch {
                return error.description
            }
        }
        #expect(message { _ in } == "right")
        #expect(
            message { $0.buffers[3].offset = 64 }
                == "the buffers pool1 and flat overlap while both are live")
        #expect(
            message { $0.body[2].operands[1].offset = 64 }
                == "instruction 2 of the body, relayout for flat: the destination is bytes 64..<1600 of the activations, "
                + "inside of no live buffer")
        #expect(
            message { $0.buffers[2].size = 300 }
                == "instruction 1 of the body, convolution for pool1: the argmax is bytes 3072..<3456 of the activations, "
                + "inside of no live buffer")
        #expect(
            message { $0.body[0].operands[1] = Operand(.output) }
                == "instruction 1 of the body, convolution for pool1: the source is in the buffer bordered, which nothing "
                + "has written yet")
    }

    @Test func cutsAreOfSamplesThatAreAnsweredOneByOne() {
        let dense = "instruction 3 of the body, dense for logits: "
        #expect(
            message { $0.body[3].cut = Cut(.blocks, parts: 2) }
                == dense + "it is cut, though samples are not answered one by one")
        /// The sample plan's first four instructions, which sum nothing.
        func cut(_ change: (inout Plan) -> Void) -> String {
            message { plan in
                plan.body.removeSubrange(4...)
                plan.buffers.removeAll { $0.lastUse > 3 }
                plan.prologue = []
                plan.epilogue = []
                plan.reductionBytes = 0
                plan.outputs = []
                plan.inputs.removeLast()
                change(&plan)
            }
        }
        #expect(cut { _ in } == "right")
        #expect(cut { $0.body[3].cut = Cut(.blocks, parts: 2) } == "right")
        #expect(cut { $0.body[3].cut = Cut(.blocks, parts: 3) } == dense + "it is cut into 3 parts, of 2 blocks")
        #expect(cut { $0.body[3].cut = Cut(.blocks, parts: 1) } == dense + "it is cut into 1 parts")
        #expect(cut { $0.body[3].cut = Cut(.rows, parts: 2) } == dense + "it can't be cut into rows")
        #expect(
            cut { $0.body[3].cut = Cut(.blocks, parts: 2, follows: true) }
                == dense + "its 2 parts can't follow those of the instruction before")
    }
}
