import ApusInstructions
import Testing

@Suite struct RecurrentTests {
    @Test(arguments: InstructionSet.available, RecurrentCell.allCases)
    func stepsAreWhatTheFormulasGive(set: InstructionSet, cell: RecurrentCell) throws {
        for seed in 1...60 {
            var random = SeededGenerator(seed: seed)
            var example = RecurrentCase(&random, cell: cell)
            example.parameters.clip = random.chance(30) ? 0.5 : 0
            let run = try Run(example, set)
            let expected = example.reference()
            // A step's rounding error grows by no more than a small factor from step to step.
            let differences = [
                firstDifference(
                    example.bySample(run.outputs.values, width: example.hidden), expected.outputs, tolerance: 4e-6),
                firstDifference(run.state.values, expected.state, tolerance: 4e-6),
                firstDifference(run.cell.values, expected.cell, tolerance: 4e-6),
            ]
            #expect(differences == [nil, nil, nil], "\(set), seed \(seed), \(example)")
        }
    }

    /// The gradient of `Σ outputs · u + state · v + cell · w` against its central differences.
    @Test(arguments: InstructionSet.available, RecurrentCell.allCases)
    func gradientsAreCentralDifferences(set: InstructionSet, cell: RecurrentCell) throws {
        for seed in 1...25 {
            var random = SeededGenerator(seed: seed)
            var example = RecurrentCase(&random, cell: cell, samples: random.int(1...3))
            // A ramp has no derivative at its corner, and differences across it are of neither side.
            if example.reference().distanceFromCorner < 1e-4 { continue }
            let zeros = [Double](repeating: 0, count: example.samples * example.hidden)
            example.initialState = example.initialState ?? zeros
            if cell == .lstm { example.initialCell = example.initialCell ?? zeros }
            func numbers(_ count: Int) -> [Double] { random.floats(count, in: -1...1).map { Double($0) } }
            let outputGradient = numbers(example.samples * example.steps * example.hidden)
            let (stateGradient, cellGradient) = (numbers(zeros.count), numbers(zeros.count))
            let run = try Run(example, set)
            let gateGradient = GuardedFloats(count: example.gates.count)
            let initialGradients = [GuardedFloats(count: zeros.count), GuardedFloats(count: zeros.count)]
            let parameters = RecurrentGradientParameters(example.parameters)
            let scratch = try RecurrentGradientInstruction(parameterBytes(parameters), lanes: set.lanes)
                .operands(samples: example.samples)[14].bytes.upperBound
            set.run(
                .recurrentGradient,
                [
                    operand(example.arranged(outputGradient, width: example.hidden)), operand(stateGradient),
                    cell == .lstm ? operand(cellGradient) : nil,
                    example.packedWeights(set, isTransposed: true), operand(example.peepholes),
                    operand(example.lengths), operand(example.initialState), operand(example.initialCell), run.outputs,
                    run.saved, gateGradient, GuardedFloats(count: example.gates.count), initialGradients[0],
                    cell == .lstm ? initialGradients[1] : nil, GuardedFloats(count: scratch / 4),
                ], parameters, samples: example.samples)
            func objective(_ example: RecurrentCase) -> Double {
                let results = example.reference()
                let pairs = zip(results.outputs + results.state, outputGradient + stateGradient)
                let sum = pairs.reduce(0) { $0 + $1.0 * $1.1 }
                return cell == .lstm ? zip(results.cell, cellGradient).reduce(sum) { $0 + $1.0 * $1.1 } : sum
            }
            func differences(_ count: Int, _ change: (inout RecurrentCase, Int, Double) -> Void) -> [Double] {
                (0..<count).map { index in
                    var (more, less) = (example, example)
                    change(&more, index, 1e-5)
                    change(&less, index, -1e-5)
                    return (objective(more) - objective(less)) / 2e-5
                }
            }
            let context = "\(set), seed \(seed), \(example)"
            let gates = differences(example.gates.count) { $0.gates[$1] += $2 }
            let gateResults = example.bySample(gateGradient.values, width: cell.gates * example.hidden)
            #expect(firstDifference(gateResults, gates, tolerance: 1e-5) == nil, "\(context)")
            let states = differences(zeros.count) { $0.initialState?[$1] += $2 }
            #expect(firstDifference(initialGradients[0].values, states, tolerance: 1e-5) == nil, "\(context)")
            if cell == .lstm {
                let cells = differences(zeros.count) { $0.initialCell?[$1] += $2 }
                #expect(firstDifference(initialGradients[1].values, cells, tolerance: 1e-5) == nil, "\(context)")
            }
        }
    }

    /// With the states before each step, the recurrent gate gradients give those of the weights.
    @Test(arguments: InstructionSet.available)
    func recurrentGateGradientsAreThoseOfTheProducts(set: InstructionSet) throws {
        var random = SeededGenerator(seed: 9)
        var example = RecurrentCase(&random, cell: .gruResetAfter)
        example.parameters = RecurrentParameters(cell: .gruResetAfter, steps: example.steps, hidden: example.hidden)
        let run = try Run(example, set)
        let parameters = RecurrentGradientParameters(example.parameters)
        let (gates, recurrent) = (
            GuardedFloats(count: example.gates.count), GuardedFloats(count: example.gates.count)
        )
        let scratch = try RecurrentGradientInstruction(parameterBytes(parameters), lanes: set.lanes)
            .operands(samples: example.samples)[14].bytes.upperBound
        set.run(
            .recurrentGradient,
            [
                operand(random.floats(example.samples * example.steps * example.hidden).map { Double($0) }), nil, nil,
                example.packedWeights(set, isTransposed: true), nil, operand(example.lengths),
                operand(example.initialState), nil, run.outputs, run.saved, gates, recurrent, nil, nil,
                GuardedFloats(count: scratch / 4),
            ], parameters, samples: example.samples)
        let hidden = example.hidden
        for index in 0..<example.gates.count {
            let (row, gate) = (index / (3 * hidden), index / hidden % 3)
            let time = row % example.steps
            let isStep = time < example.length(row / example.steps)
            let reset = gate == 2 && isStep ? run.saved[row * 4 * hidden + hidden + index % hidden] : 1
            #expect(recurrent[index] == gates[index] * reset, "\(set), element \(index)")
        }
    }

    @Test func parametersThatNoKernelComputesAreRefused() {
        func refusal(_ change: (inout RecurrentParameters) -> Void) -> String? {
            var parameters = RecurrentParameters(cell: .lstm, steps: 3, hidden: 5)
            change(&parameters)
            do throws(ParameterError) {
                _ = try RecurrentInstruction(parameterBytes(parameters), lanes: 8)
                return nil
            } catch {
                return error.description
            }
        }
        #expect(refusal { _ in } == nil)
        #expect(refusal { $0.cell = 9 } == "9 is no recurrent cell")
        #expect(refusal { $0.steps = -1 } == "the number of steps is -1, below zero")
        #expect(refusal { $0.hidden = -1 } == "the number of hidden units is -1, not from 0 to 1048576")
        #expect(refusal { $0.reverse = 3 } == "reverse is 3, neither 0 nor 1")
        #expect(refusal { $0.clip = -1 } == "clip is -1.0")
        var gradient = RecurrentGradientParameters(RecurrentParameters(cell: .lstm, steps: 3, hidden: 5))
        gradient.forward.clip = 1
        #expect(throws: ParameterError("clipped sums have no gradient")) {
            try RecurrentGradientInstruction(parameterBytes(gradient), lanes: 8)
        }
    }

    /// The steps of a case, run by a kernel.
    struct Run {
        let outputs: GuardedFloats
        let state: GuardedFloats
        let cell: GuardedFloats
        let saved: GuardedFloats

        init(_ example: RecurrentCase, _ set: InstructionSet) throws {
            let operands = try RecurrentInstruction(parameterBytes(example.parameters), lanes: set.lanes)
                .operands(samples: example.samples)
            func memory(_ index: Int) -> GuardedFloats { GuardedFloats(count: operands[index].bytes.upperBound / 4) }
            (outputs, state, cell, saved) = (memory(7), memory(8), memory(9), memory(10))
            set.run(
                .recurrent,
                [
                    operand(example.arranged(example.gates, width: example.cell.gates * example.hidden)),
                    example.packedWeights(set, isTransposed: false), operand(example.bias),
                    operand(example.peepholes), operand(example.lengths), operand(example.initialState),
                    operand(example.initialCell), outputs, state, cell, saved, memory(11),
                ], example.parameters, samples: example.samples)
        }
    }
}
