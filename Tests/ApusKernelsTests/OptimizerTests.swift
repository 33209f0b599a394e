import ApusInstructions
import Glibc
import Testing

@Suite struct OptimizerTests {
    func operand(_ arguments: RunArguments) -> GuardedFloats {
        withUnsafeBytes(of: arguments) { GuardedFloats(Array($0.bindMemory(to: Float.self))) }
    }

    @Test(arguments: InstructionSet.available)
    func shardsAreAddedInTheirOrder(set: InstructionSet) {
        for (count, shards) in [(1, 1), (5, 3), (16, 2), (100, 8), (333, 5)] {
            var random = SeededGenerator(seed: count)
            let stride = count + 3
            let values = random.floats(shards * stride)
            let sum = GuardedFloats(count: count)
            set.run(
                .reduceShards, [GuardedFloats(values), sum],
                ReduceParameters(count: count, stride: stride, shards: shards))
            let expected = (0..<count).map { element in
                (1..<shards).reduce(values[element]) { $0 + values[$1 * stride + element] }
            }
            #expect(sum.values == expected, "\(count) elements, \(shards) shards")
        }
    }

    @Test(arguments: InstructionSet.available, [Float(0), 0.01])
    func adamFollowsThePaper(set: InstructionSet, decay: Float) {
        for count in [1, 7, 16, 33, 250] {
            var random = SeededGenerator(seed: count)
            var parameters = OptimizerParameters(count: count)
            parameters.decay = decay
            let weights = GuardedFloats(random.floats(count))
            let first = GuardedFloats(count: count, repeating: 0)
            let second = GuardedFloats(count: count, repeating: 0)
            let status = GuardedFloats([0, 7])
            var p = weights.values.map { Double($0) }
            var m = [Double](repeating: 0, count: count)
            var v = m
            let (b1, b2) = (Double(parameters.beta1), Double(parameters.beta2))
            for step in 1...5 {
                let gradient = random.floats(count)
                var arguments = RunArguments()
                arguments.step = UInt32(step)
                arguments.learningRate = 0.01
                set.run(
                    .adam, [weights, GuardedFloats(gradient), first, second, status, operand(arguments)], parameters)
                for i in 0..<count {
                    let g = Double(gradient[i])
                    m[i] = b1 * m[i] + (1 - b1) * g
                    v[i] = b2 * v[i] + (1 - b2) * g * g
                    let corrected = (m[i] / (1 - pow(b1, Double(step))), v[i] / (1 - pow(b2, Double(step))))
                    let descent = corrected.0 / (corrected.1.squareRoot() + Double(parameters.epsilon))
                    let shrinkage = Double(decay) * p[i]
                    p[i] -= 0.01 * (shrinkage + descent)
                }
            }
            #expect(firstDifference(weights.values, p, tolerance: 1e-5) == nil, "\(count) parameters")
            #expect(firstDifference(first.values, m, tolerance: 1e-6) == nil, "\(count) parameters")
            #expect(firstDifference(second.values, v, tolerance: 1e-6) == nil, "\(count) parameters")
            #expect(status.values == [0, 7])
        }
    }

    @Test(arguments: InstructionSet.available, [0, 1])
    func momentumFollowsItsFormula(set: InstructionSet, nesterov: Int) {
        for count in [1, 7, 16, 33] {
            var random = SeededGenerator(seed: count)
            var parameters = OptimizerParameters(count: count)
            parameters.nesterov = Int32(nesterov)
            parameters.decay = 0.1
            let weights = GuardedFloats(random.floats(count))
            let velocities = GuardedFloats(count: count, repeating: 0)
            let status = GuardedFloats([0, 7])
            var p = weights.values.map { Double($0) }
            var u = [Double](repeating: 0, count: count)
            var arguments = RunArguments()
            arguments.learningRate = 0.05
            let rate = Double(arguments.learningRate)
            let kept = Double(parameters.beta1)
            for _ in 1...4 {
                let gradient = random.floats(count)
                set.run(
                    .momentum, [weights, GuardedFloats(gradient), velocities, status, operand(arguments)], parameters)
                for i in 0..<count {
                    let g = Double(gradient[i]) + Double(parameters.decay) * p[i]
                    u[i] = kept * u[i] + g
                    p[i] -= rate * (nesterov == 1 ? g + kept * u[i] : u[i])
                }
            }
            #expect(firstDifference(weights.values, p, tolerance: 1e-6) == nil, "\(count) parameters")
            #expect(firstDifference(velocities.values, u, tolerance: 2e-6) == nil, "\(count) parameters")
            #expect(status.values == [0, 7])
        }
    }

    @Test(arguments: InstructionSet.available)
    func movingAverageWarmsUp(set: InstructionSet) {
        for step in [1, 5, 100_000] {
            var random = SeededGenerator(seed: step)
            var parameters = OptimizerParameters(count: 37)
            parameters.beta1 = 0.999
            let weights = random.floats(37)
            let averages = GuardedFloats(random.floats(37))
            let before = averages.values
            var arguments = RunArguments()
            arguments.step = UInt32(step)
            set.run(.movingAverage, [GuardedFloats(weights), averages, operand(arguments)], parameters)
            let kept = min(Double(parameters.beta1), Double(1 + step) / Double(10 + step))
            let expected = zip(before, weights).map { Double($0) * kept + Double($1) * (1 - kept) }
            #expect(firstDifference(averages.values, expected, tolerance: 1e-6) == nil, "step \(step)")
        }
    }

    @Test(arguments: InstructionSet.available)
    func aGradientThatIsNotFiniteIsReported(set: InstructionSet) {
        for (place, bad) in [(0, Float.nan), (20, .infinity), (36, -.infinity)] {
            var gradient = [Float](repeating: 1, count: 37)
            gradient[place] = bad
            let parameters = OptimizerParameters(count: 37)
            let zeros = { GuardedFloats(count: 37, repeating: 0) }
            let (adamStatus, momentumStatus) = (GuardedFloats([3, 7]), GuardedFloats([3, 7]))
            let arguments = operand(RunArguments())
            set.run(.adam, [zeros(), GuardedFloats(gradient), zeros(), zeros(), adamStatus, arguments], parameters)
            set.run(.momentum, [zeros(), GuardedFloats(gradient), zeros(), momentumStatus, arguments], parameters)
            #expect(!adamStatus[0].isFinite && adamStatus[1] == 7)
            #expect(!momentumStatus[0].isFinite && momentumStatus[1] == 7)
        }
    }
}
