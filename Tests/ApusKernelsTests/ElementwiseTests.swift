import ApusInstructions
import Glibc
import Testing

@Suite struct ElementwiseTests {
    /// The element-wise parameters and the most steps that a test needs, one after the other as in a plan.
    struct Program {
        var parameters: ElementwiseParameters
        var steps: InlineArray<8, ElementwiseStep>
    }

    func reference(_ operation: ElementwiseStep.Operation, _ a: Double, _ b: Double, _ value: Float) -> Double {
        switch operation {
        case .constant: Double(value)
        case .add: a + b
        case .subtract: a - b
        case .multiply: a * b
        case .divide: a / b
        case .maximum: a.isNaN || b.isNaN ? .nan : max(a, b)
        case .minimum: a.isNaN || b.isNaN ? .nan : min(a, b)
        case .negate: -a
        case .exponential: exp(a)
        case .logarithm: log(a)
        case .squareRoot: a.squareRoot()
        case .greater: a > b ? 1 : 0
        case .hyperbolicTangent: tanh(a)
        case .logistic: 1 / (1 + exp(-a))
        case .addNumber: a + Double(value)
        case .multiplyByNumber: a * Double(value)
        case .maximumWithNumber: a.isNaN ? .nan : max(a, Double(value))
        case .minimumWithNumber: a.isNaN ? .nan : min(a, Double(value))
        case .swish: a / (1 + exp(-a * Double(value)))
        case .hardSwish: a * max(0, min(1, a / 6 + 0.5))
        case .tanhGelu: a / 2 * (1 + tanh((2 / Double.pi).squareRoot() * (a + 0.044715 * a * a * a)))
        case .tanhGeluSlope: tanhGeluSlope(a)
        case .gelu: a / 2 * (1 + erf(a * 0.5.squareRoot()))
        }
    }

    /// By the rules of calculus, where the hyperbolic tangent isn't one or minus one in f64.
    func tanhGeluSlope(_ x: Double) -> Double {
        if abs(x) > 12 { return x > 0 ? 1 : 0 }
        let scale = (2 / Double.pi).squareRoot()
        let tangent = tanh(scale * (x + 0.044715 * x * x * x))
        return (1 + tangent) / 2 + x / 2 * (1 - tangent * tangent) * scale * (1 + 3 * 0.044715 * x * x)
    }

    @Test(arguments: InstructionSet.available)
    func randomProgramsAgreeWithPlainLoops(set: InstructionSet) {
        let operations = ElementwiseStep.Operation.allCases
        for seed in 0..<300 {
            var random = SeededGenerator(seed: seed)
            let count = seed % 4 == 0 ? random.int(1...700) : random.int(1...70)
            let sources = random.int(1...4)
            let steps = random.int(0...8)
            let samples = random.int(1...3)
            let stride = count + random.int(0...3)
            var parameters = ElementwiseParameters(
                count: count, steps: steps, sources: sources, destinationStride: stride)
            parameters.stride0 = Int32(stride)
            parameters.stride1 = Int32(stride)
            parameters.stride2 = 0
            parameters.stride3 = Int32(stride)
            var program = Program(
                parameters: parameters, steps: .init(repeating: ElementwiseStep(.constant, result: 0)))
            var written = sources
            for step in 0..<steps {
                // Registers are numbered as they are written; now and then one is written again.
                let result = random.int(0...3) == 0 ? random.int(0...written - 1) : written
                program.steps[step] = ElementwiseStep(
                    operations.randomElement(using: &random)!, first: random.int(0...written - 1),
                    second: random.int(0...written - 1), result: result, value: Float(random.int(-3...3)))
                written = max(written, result + 1)
            }
            let inputs = (0..<sources).map { _ in GuardedFloats(random.floats(samples * stride, in: 0.5...1.5)) }
            let originals = inputs.map(\.values)
            // The destination may be a source.
            let result = seed % 3 == 0 ? inputs[0] : GuardedFloats(count: samples * stride)
            let before = result.values
            set.run(.elementwise, inputs + [result], program, samples: samples)

            // What the kernel should give, and how far rounding may take it from that; nil where nothing is written.
            var expected: [(value: Double, bound: Double)?] = before.map { (Double($0), 0) }
            for sample in 0..<samples {
                for element in 0..<count {
                    var registers = [RoundedNumber](repeating: .init(value: .nan), count: 16)
                    for source in 0..<sources {
                        let place = element + (source == 2 ? 0 : sample * stride)
                        registers[source] = .init(value: Double(originals[source][place]))
                    }
                    var last = registers[0]
                    for number in 0..<steps {
                        let step = program.steps[number]
                        let operation = ElementwiseStep.Operation(rawValue: step.operation)!
                        let (a, b) = (registers[Int(step.first)], registers[Int(step.second)])
                        last = a.result(
                            of: operation, b, number: Double(step.value),
                            reference(operation, a.value, b.value, step.value))
                        registers[Int(step.result)] = last
                    }
                    expected[sample * stride + element] = last.bound.isFinite ? (last.value, last.bound) : nil
                }
            }
            for (index, value) in result.values.enumerated() {
                guard let (wanted, bound) = expected[index] else { continue }
                let isRight =
                    Double(value) == wanted || value.isNaN && wanted.isNaN || abs(Double(value) - wanted) <= bound
                #expect(
                    isRight,
                    "seed \(seed), element \(index): \(value), not \(wanted) by more than \(bound); \(steps) steps")
                guard isRight else { break }
            }
        }
    }

    @Test(arguments: InstructionSet.available)
    func oneStepIsExact(set: InstructionSet) {
        for operation in [ElementwiseStep.Operation.add, .subtract, .multiply, .divide, .maximum, .minimum, .greater] {
            for count in [1, 3, 16, 17, 127, 128, 129, 300] {
                var random = SeededGenerator(seed: count)
                let (a, b) = (random.floats(count), random.floats(count))
                var parameters = ElementwiseParameters(count: count, steps: 1, sources: 2, destinationStride: 0)
                parameters.stride0 = 7
                let result = GuardedFloats(count: count)
                let program = (parameters, ElementwiseStep(operation, first: 0, second: 1, result: 2))
                set.run(.elementwise, [GuardedFloats(a), GuardedFloats(b), result], program)
                let expected = zip(a, b).map { Float(reference(operation, Double($0), Double($1), 0)) }
                #expect(result.values == expected, "\(operation), \(count) elements")
            }
        }
    }

    /// Long programs of one step, and places where the activations bend.
    @Test(arguments: InstructionSet.available)
    func activationsAreThoseOfTheirDefinitions(set: InstructionSet) {
        var random = SeededGenerator(seed: 3)
        let values = random.floats(1000, in: -12...12) + [-90, -3, 0, 3, 90, 1e30, -1e30]
        for (operation, number) in [
            (ElementwiseStep.Operation.swish, Float(1)), (.swish, 1.702), (.hardSwish, 0), (.tanhGelu, 0),
            (.tanhGeluSlope, 0), (.gelu, 0),
        ] {
            let result = GuardedFloats(count: values.count)
            let parameters = ElementwiseParameters(
                count: values.count, steps: 1, sources: 1, destinationStride: 0)
            let program = (parameters, ElementwiseStep(operation, first: 0, result: 1, value: number))
            set.run(.elementwise, [GuardedFloats(values), result], program)
            for (value, found) in zip(values, result.values) {
                let expected = reference(operation, Double(value), 0, number)
                let difference = abs(Double(found) - expected)
                #expect(difference <= 1e-6 * max(1, abs(expected)), "\(operation) of \(value): \(found)")
            }
        }
    }

    @Test(arguments: InstructionSet.available)
    func whatIsNotANumberIsSeen(set: InstructionSet) {
        for operation in [ElementwiseStep.Operation.maximum, .minimum] {
            let (a, b): ([Float], [Float]) = ([.nan, 1, .nan, 1], [1, .nan, .nan, 2])
            let result = GuardedFloats(count: 4)
            let parameters = ElementwiseParameters(count: 4, steps: 1, sources: 2, destinationStride: 0)
            let program = (parameters, ElementwiseStep(operation, first: 0, second: 1, result: 2))
            set.run(.elementwise, [GuardedFloats(a), GuardedFloats(b), result], program)
            #expect(result.values.map(\.isNaN) == [true, true, true, false])
        }
    }

    @Test(arguments: InstructionSet.available)
    func broadcastAgreesWithPlainLoops(set: InstructionSet) {
        let operations: [ElementwiseStep.Operation] = [
            .add, .subtract, .multiply, .divide, .maximum, .minimum, .greater,
        ]
        for seed in 0..<300 {
            var random = SeededGenerator(seed: seed)
            var extents = (0..<6).map { _ in random.int(0...2) == 0 ? 1 : random.int(1...5) }
            // Pixels of whole vectors, now and then.
            if seed % 4 == 0 { extents[5] = set.lanes }
            let (firstStrides, firstCount) = strides(extents, &random)
            let (secondStrides, secondCount) = strides(extents, &random)
            let (destinationStrides, count) = strides(extents, &random, repeating: false)
            let operation = operations.randomElement(using: &random)!
            let samples = random.int(1...3)
            var parameters = BroadcastParameters(operation: operation)
            parameters.extents = six(extents)
            parameters.firstStrides = six(firstStrides)
            parameters.secondStrides = six(secondStrides)
            parameters.destinationStrides = six(destinationStrides)
            parameters.firstSampleStride = Int32(firstCount)
            parameters.secondSampleStride = 0
            parameters.destinationSampleStride = Int32(count)
            let first = GuardedFloats(random.floats(samples * firstCount))
            let second = GuardedFloats(random.floats(secondCount))
            let result = GuardedFloats(count: samples * count)
            set.run(.broadcast, [first, second, result], parameters, samples: samples)
            var expected = [Double?](repeating: .nan, count: result.count)
            for sample in 0..<samples {
                forEachIndex(extents) { index in
                    let a = first[sample * firstCount + offset(index, firstStrides)]
                    let b = second[offset(index, secondStrides)]
                    expected[sample * count + offset(index, destinationStrides)] =
                        Double(Float(reference(operation, Double(a), Double(b), 0)))
                }
            }
            let difference = firstDifference(result.values, expected, tolerance: 0)
            #expect(difference == nil, "seed \(seed), \(parameters)")
        }
    }

    /// Strides for random order and random repetition of `extents`, and the elements they reach.
    func strides(_ extents: [Int], _ random: inout SeededGenerator, repeating: Bool = true) -> ([Int], Int) {
        var strides = [Int](repeating: 0, count: 6)
        var count = 1
        let order = random.int(0...1) == 0 ? Array((0..<6).reversed()) : Array(0..<6).shuffled(using: &random)
        for loop in order where !(repeating && random.int(0...2) == 0) {
            strides[loop] = count
            count *= extents[loop]
        }
        return (strides, count)
    }

    func six(_ values: [Int]) -> BroadcastParameters.Six {
        let v = values.map { Int32($0) }
        return (v[0], v[1], v[2], v[3], v[4], v[5])
    }

    func offset(_ index: [Int], _ strides: [Int]) -> Int { zip(index, strides).reduce(0) { $0 + $1.0 * $1.1 } }

    func forEachIndex(_ extents: [Int], _ body: ([Int]) -> Void) {
        for flat in 0..<extents.reduce(1, *) {
            var rest = flat
            var index = [Int](repeating: 0, count: 6)
            for loop in (0..<6).reversed() {
                index[loop] = rest % extents[loop]
                rest /= extents[loop]
            }
            body(index)
        }
    }
}

/// A number of the plain loops, and how far that of a kernel may be from it: rounding errors, and what follows from them (N. J.
/// Higham, "Accuracy and Stability of Numerical Algorithms" (2002), section 3.8). The bound is infinite where they decide
/// everything, near a jump or a pole.
private struct RoundedNumber {
    var value: Double
    var bound = 0.0

    /// Both sides round each result, and a kernel's functions are within a few units in the last place.
    private static let unit = 0x1p-23
    private static let functionUnits = 4.0

    func result(
        of operation: ElementwiseStep.Operation, _ other: RoundedNumber, number: Double, _ exact: Double
    ) -> RoundedNumber {
        let value = Double(Float(exact))
        let (a, b) = (self, other)
        // How far the errors of the operands take the result.
        let carried: Double
        var units = 1.0
        switch operation {
        case .constant: carried = 0
        case .add, .subtract: carried = a.bound + b.bound
        case .multiply: carried = abs(a.value) * b.bound + abs(b.value) * a.bound + a.bound * b.bound
        case .divide:
            let nearest = abs(b.value) - b.bound
            carried =
                b.bound == 0 && a.bound == 0 ? 0 : nearest > 0 ? (a.bound + abs(exact) * b.bound) / nearest : .infinity
        case .maximum, .minimum: carried = max(a.bound, b.bound)
        case .negate: carried = a.bound
        case .exponential:
            carried = abs(exact) * (exp(a.bound) - 1)
            units = Self.functionUnits
        case .logarithm:
            // Near 1 the result is small, and the error that of the operand.
            let nearest = a.value - a.bound
            carried = a.bound == 0 ? 0 : nearest > 0 ? a.bound / nearest : a.value + a.bound < 0 ? 0 : .infinity
            return RoundedNumber(
                value: value, bound: carried + Self.functionUnits * Self.unit * max(1, abs(value)))
        case .squareRoot:
            let nearest = a.value - a.bound
            carried =
                a.bound == 0
                ? 0 : nearest > 0 ? a.bound / (2 * nearest.squareRoot()) : a.value + a.bound < 0 ? 0 : .infinity
        case .greater:
            carried = a.bound + b.bound == 0 || abs(a.value - b.value) > a.bound + b.bound ? 0 : .infinity
        case .hyperbolicTangent:
            carried = a.bound
            units = Self.functionUnits
        case .logistic:
            carried = a.bound / 4
            units = Self.functionUnits
        case .addNumber, .maximumWithNumber, .minimumWithNumber: carried = a.bound
        case .multiplyByNumber: carried = a.bound * abs(number)
        case .swish, .tanhGelu:
            // No steeper than 1.13; below zero the error of the exponent is one of the result.
            let exponent = operation == .swish ? number * a.value : 1.6 * a.value * (1 + 0.045 * a.value * a.value)
            carried = 1.13 * a.bound
            units = Self.functionUnits + 4 * min(abs(exponent), 90)
        case .hardSwish: carried = 1.5 * a.bound + 2 * Self.unit * abs(a.value)
        case .tanhGeluSlope:
            // No steeper than 0.8. Two terms, which cancel between −1 and 0, and none is above 1.13.
            carried = 0.8 * a.bound + 8 * Self.unit * 1.13
        case .gelu: carried = 1.13 * a.bound + 4 * Self.unit * abs(a.value)
        }
        // What is not a number, or beyond all numbers, only compares where no error could have made it another.
        guard value.isFinite else {
            return RoundedNumber(
                value: value, bound: a.bound + b.bound == 0 || value.isNaN && carried == 0 ? 0 : .infinity)
        }
        let isLarge = abs(value) > 1e38
        let smallest = Double(Float.leastNormalMagnitude)
        return RoundedNumber(
            value: value, bound: isLarge ? .infinity : carried + units * Self.unit * abs(value) + smallest)
    }
}
