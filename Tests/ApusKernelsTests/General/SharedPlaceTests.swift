import ApusInstructions
import Testing

/// What an instruction says that may lie in one place gives the same bits there.
@Suite("Results in the place of operands")
struct SharedPlaceTests {
    struct Sample: Sendable, CustomStringConvertible {
        var opcode: Opcode
        var parameters: [UInt8]
        var expected: [SharedPlace]
        var samples = 3
        var description: String { opcode.description }

        init(_ opcode: Opcode, _ parameters: some BitwiseCopyable, _ expected: [SharedPlace], samples: Int = 3) {
            self.init(opcode, plainBytes(parameters), expected, samples: samples)
        }

        init(_ opcode: Opcode, _ parameters: [UInt8], _ expected: [SharedPlace], samples: Int = 3) {
            self.opcode = opcode
            self.parameters = parameters
            self.expected = expected
            self.samples = samples
        }
    }

    private static func map(
        _ types: [StoredType], samples: Int = 3, rowStrides: [Int32] = [37, 37],
        extents: Eight = (1, 1, 1, 1, 1, 1, 5, 37),
        _ expected: [SharedPlace]
    ) -> Sample {
        func operand(_ index: Int) -> MapOperand {
            MapOperand(
                type: types[index], strides: (0, 0, 0, 0, 0, 0, rowStrides[min(index, 1)], 1), sampleStride: 200)
        }
        var parameters = MapParameters(
            extents: extents, computeType: .float32, sourceCount: 2, stepCount: 2, destination: operand(2))
        parameters.sources.0 = operand(0)
        parameters.sources.1 = operand(1)
        let steps = [
            MapStep(.logistic, first: 0, result: 2), MapStep(.multiply, first: 2, second: 1, result: 3),
        ]
        return Sample(.map, plainBytes(parameters, steps), expected, samples: samples)
    }

    private static let both = [SharedPlace(0, with: 2), SharedPlace(1, with: 2)]

    static func samples(lanes: Int) -> [Sample] {
        var elementwise = ElementwiseParameters(count: 133, steps: 2, sources: 2, destinationStride: 140)
        elementwise.stride0 = 140
        elementwise.stride1 = 144
        let steps = [
            ElementwiseStep(.hyperbolicTangent, first: 0, result: 2),
            ElementwiseStep(.multiply, first: 2, second: 1, result: 3),
        ]
        var broadcast = BroadcastParameters(operation: .subtract)
        broadcast.extents = (1, 1, 1, 3, 5, 19)
        broadcast.firstStrides = (0, 0, 0, 0, 19, 1)
        broadcast.secondStrides = (0, 0, 0, 95, 19, 1)
        broadcast.destinationStrides = (0, 0, 0, 95, 19, 1)
        broadcast.secondSampleStride = 285
        broadcast.destinationSampleStride = 285
        var rows = RowParameters(count: 21, rows: 3, rowStride: 21, sampleStride: 64)
        rows.resultStride = 64
        var apart = rows
        apart.resultStride = 65
        let image = ImageLayout(channels: 2 * lanes - 1, height: 3, width: 5, channelBlock: lanes)
        let norm = BatchNormParameters(source: image, destination: image, epsilon: 1e-5)
        let random = RandomParameters(count: 77, stream: 1, amount: 0.5, sourceStride: 80, destinationStride: 80)
        let normalize = NormalizeRowsParameters(count: 45, rows: 4, epsilon: 1e-5)
        return [
            map([.float32, .float32, .float32], both),
            map([.int32, .float16, .float32], [SharedPlace(0, with: 2)]),
            // Rows of the second source are further apart than those of the destination.
            map([.float32, .float32, .float32], rowStrides: [37, 40], [SharedPlace(1, with: 2)]),
            Sample(.elementwise, plainBytes(elementwise, steps), [SharedPlace(0, with: 2)]),
            Sample(.elementwise, plainBytes(elementwise, steps), both, samples: 1),
            Sample(.broadcast, broadcast, [SharedPlace(1, with: 2)]),
            Sample(.softmax, rows, [SharedPlace(0, with: 1)]), Sample(.softmax, apart, []),
            Sample(.logSoftmax, rows, [SharedPlace(0, with: 1)]),
            Sample(.softmaxGradient, rows, both), Sample(.logSoftmaxGradient, rows, both),
            Sample(.dropout, random, [SharedPlace(0, with: 1)]),
            Sample(.gaussianNoise, random, [SharedPlace(0, with: 1)]),
            Sample(.batchNorm, norm, [SharedPlace(0, with: 5)]),
            Sample(
                .batchNormGradient, BatchNormGradientParameters(norm: norm, result: image, count: 15),
                [SharedPlace(0, with: 7), SharedPlace(1, with: 7)]),
            Sample(.normalizeRows, normalize, [SharedPlace(0, with: 3)]),
            // A copy reads again what it has written.
            Sample(
                .copy,
                CopyParameters(
                    extents: (1, 1, 1, 1, 1, 1, 1, 4), elementBytes: 4, sourceStrides: (0, 0, 0, 0, 0, 0, 0, 1),
                    destinationStrides: (0, 0, 0, 0, 0, 0, 0, 1)), []),
        ]
    }

    @Test(arguments: InstructionSet.available)
    func sharedPlacesGiveTheSameBits(set: InstructionSet) throws {
        for sample in Self.samples(lanes: set.lanes) {
            let kind = try #require(InstructionCatalogue.definition(of: sample.opcode))
            let definition = try kind.init(ParameterBytes(sample.parameters), lanes: set.lanes)
            let allowed = definition.sharedPlaces(samples: sample.samples)
            #expect(allowed == sample.expected, "\(sample)")
            let extents = definition.operands(samples: sample.samples)
            for shared in allowed {
                let apart = Self.operands(extents, seed: 5)
                set.run(sample.opcode, apart, sample.parameters, samples: sample.samples)
                var together = Self.operands(extents, seed: 5)
                together[shared.result] = together[shared.operand]
                set.run(sample.opcode, together, sample.parameters, samples: sample.samples)
                // Between the samples and the rows the operand's own bytes are left.
                let before = Self.operands(extents, seed: 5)
                let (wanted, untouched) = (apart[shared.result].bytes, before[shared.result].bytes)
                let isRight = together[shared.result].bytes.enumerated().allSatisfy { place, byte in
                    byte == wanted[place] || wanted[place] == untouched[place]
                }
                #expect(isRight, "\(set), \(sample): operand \(shared.operand) with \(shared.result)")
            }
        }
    }

    /// Memory for each operand, full of positive numbers that are right in every type.
    private static func operands(_ extents: [OperandExtent], seed: UInt64) -> [GuardedBytes] {
        var random = SeededGenerator(seed: Int(seed))
        return extents.map { extent in
            let operand = GuardedBytes(extent.bytes)
            for index in 0..<extent.bytes.count / 4 {
                operand[index, as: Float.self] = Float(random.int(1...1000)) / 500
            }
            return operand
        }
    }
}
