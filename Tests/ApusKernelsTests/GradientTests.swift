import ApusInstructions
import Glibc
import Testing

/// What is done with gradients before the optimizer has them.
@Suite struct GradientTests {
    func operand(_ arguments: RunArguments) -> GuardedFloats {
        withUnsafeBytes(of: arguments) { GuardedFloats(Array($0.bindMemory(to: Float.self))) }
    }

    func operand(_ numbers: [Double]) -> GuardedFloats {
        numbers.withUnsafeBytes { GuardedFloats(Array($0.bindMemory(to: Float.self))) }
    }

    @Test(arguments: InstructionSet.available)
    func gradientsOfSeveralBatchesAreAddedUp(set: InstructionSet) {
        for count in [1, 7, 16, 33, 250] {
            var random = SeededGenerator(seed: count)
            let sums = GuardedFloats(random.floats(count))
            var expected = [Double](repeating: 0, count: count)
            // What is there of an earlier step is forgotten.
            for (batch, share) in [Float(0.5), 0.375, 0.125].enumerated() {
                let gradient = random.floats(count)
                var arguments = RunArguments()
                arguments.share = share
                arguments.isFirst = batch == 0 ? 1 : 0
                arguments.isLast = 0
                set.run(
                    .accumulate, [GuardedFloats(gradient), sums, operand(arguments)], AccumulateParameters(count: count)
                )
                for index in 0..<count { expected[index] += Double(share) * Double(gradient[index]) }
            }
            #expect(firstDifference(sums.values, expected, tolerance: 1e-6) == nil, "\(count) gradients")
        }
    }

    @Test(arguments: InstructionSet.available)
    func longGradientsAreScaledDown(set: InstructionSet) {
        for (count, limit) in [(1, Float(0.1)), (7, 0.5), (250, 0.01), (250, 1e6)] {
            var random = SeededGenerator(seed: count)
            let values = random.floats(count)
            let gradients = GuardedFloats(values)
            let (first, second) = (operand([0]), operand([0]))
            let half = count / 2
            let parts = [(Array(values[..<half]), first), (Array(values[half...]), second)]
            for (part, sum) in parts {
                set.run(
                    .squareSum, [GuardedFloats(part), sum, operand(RunArguments())],
                    SquareSumParameters(count: part.count))
            }
            let sums = GuardedFloats(first.values + second.values)
            set.run(
                .clip, [gradients, sums, operand(RunArguments())],
                ClipParameters(count: count, parts: 2, limit: limit))
            let norm = values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
            let scale = min(1, Double(limit) / norm)
            let expected = values.map { Double($0) * scale }
            #expect(firstDifference(gradients.values, expected, tolerance: 1e-6) == nil, "\(count) gradients")
            if scale == 1 { #expect(gradients.values == values) }
        }
    }

    /// The square of such a number is beyond single precision.
    @Test(arguments: InstructionSet.available)
    func hugeGradientsAreScaledDownToo(set: InstructionSet) {
        let values: [Float] = [3e30, -4e30]
        let (gradients, sum) = (GuardedFloats(values), operand([0]))
        let arguments = operand(RunArguments())
        set.run(.squareSum, [gradients, sum, arguments], SquareSumParameters(count: 2))
        set.run(.clip, [gradients, sum, arguments], ClipParameters(count: 2, parts: 1, limit: 10))
        #expect(firstDifference(gradients.values, [6.0, -8.0], tolerance: 1e-5) == nil)
    }

    @Test(arguments: InstructionSet.available)
    func whatIsNotANumberStaysSo(set: InstructionSet) {
        for bad in [Float.nan, .infinity] {
            let (gradients, sum) = (GuardedFloats([1, bad, 2]), operand([0]))
            let arguments = operand(RunArguments())
            set.run(.squareSum, [gradients, sum, arguments], SquareSumParameters(count: 3))
            set.run(.clip, [gradients, sum, arguments], ClipParameters(count: 3, parts: 1, limit: 1))
            #expect(!gradients[1].isFinite)
        }
    }

    @Test(arguments: InstructionSet.available)
    func nothingIsDoneBeforeTheLastBatch(set: InstructionSet) {
        var arguments = RunArguments()
        arguments.isLast = 0
        arguments.learningRate = 1
        let values: [Float] = [1, 2, 3]
        func operands() -> [GuardedFloats] { (0..<4).map { _ in GuardedFloats(values) } }
        let status = GuardedFloats([0, 7])
        let (adam, momentum, average, clip) = (operands(), operands(), operands(), operands())
        let sum = operand([100])
        set.run(.adam, adam + [status, operand(arguments)], OptimizerParameters(count: 3))
        set.run(.momentum, momentum.prefix(3) + [status, operand(arguments)], OptimizerParameters(count: 3))
        set.run(.movingAverage, average.prefix(2) + [operand(arguments)], OptimizerParameters(count: 3))
        set.run(.squareSum, [clip[1], sum, operand(arguments)], SquareSumParameters(count: 3))
        set.run(.clip, [clip[0], sum, operand(arguments)], ClipParameters(count: 3, parts: 1, limit: 1))
        for operand in adam + momentum + average + clip { #expect(operand.values == values) }
        #expect(sum.values == operand([100]).values && status.values == [0, 7])
    }
}
