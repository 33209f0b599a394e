import ApusInstructions
import Glibc
import Testing

/// The functions of map programs in f32, against the C library's in double precision.
@Suite struct MapMathematicsTests {
    struct Case: Sendable, CustomStringConvertible {
        var operation: MapStep.Operation
        var ranges: [ClosedRange<Float>]
        var relative: Double
        var absolute = 0.0
        var reference: @Sendable (Double) -> Double
        var description: String { "\(operation)" }
    }

    static let all: ClosedRange<Float> = -Float.greatestFiniteMagnitude...Float.greatestFiniteMagnitude
    static let cases: [Case] = [
        Case(operation: .exponential, ranges: [-87...88.72], relative: 5e-7) { exp($0) },
        Case(operation: .logarithm, ranges: [0...3e38, 0.5...2], relative: 3e-7) { log($0) },
        Case(operation: .hyperbolicTangent, ranges: [-20...20], relative: 0, absolute: 2e-7) { tanh($0) },
        Case(operation: .logistic, ranges: [-87...100], relative: 5e-7) { 1 / (1 + exp(-$0)) },
        Case(operation: .errorFunction, ranges: [-5...5, -0.01...0.01], relative: 5e-7) { erf($0) },
        Case(operation: .sine, ranges: [-7...7, -1000...1000, -1e7...1e7, all], relative: 1e-7) { sin($0) },
        Case(operation: .cosine, ranges: [-7...7, -1000...1000, -1e7...1e7, all], relative: 1e-7) { cos($0) },
        Case(operation: .tangent, ranges: [-7...7, -1000...1000, all], relative: 1e-7) { tan($0) },
        Case(operation: .arcSine, ranges: [-1...1], relative: 1e-7) { asin($0) },
        Case(operation: .arcCosine, ranges: [-1...1], relative: 1e-7) { acos($0) },
        Case(operation: .arcTangent, ranges: [-4...4, all], relative: 1e-7) { atan($0) },
        Case(operation: .hyperbolicSine, ranges: [-89...89, -0.1...0.1], relative: 1e-7) { sinh($0) },
        Case(operation: .hyperbolicCosine, ranges: [-89...89], relative: 1e-7) { cosh($0) },
        Case(operation: .inverseHyperbolicSine, ranges: [all, -1...1], relative: 1e-7) { asinh($0) },
        Case(operation: .inverseHyperbolicCosine, ranges: [1...3e38, 1...2], relative: 1e-7) { acosh($0) },
        Case(operation: .inverseHyperbolicTangent, ranges: [-1...1, -0.1...0.1], relative: 1e-7) { atanh($0) },
    ]

    func run(_ set: InstructionSet, _ operation: MapStep.Operation, _ values: [[Float]]) -> [Float] {
        let count = values[0].count
        var parameters = MapParameters(
            extents: (1, 1, 1, 1, 1, 1, 1, Int32(count)), computeType: .float32, sourceCount: values.count,
            stepCount: 1,
            destination: MapOperand(strides: (0, 0, 0, 0, 0, 0, 0, 1)))
        parameters.sources.0 = parameters.destination
        parameters.sources.1 = parameters.destination
        let operands = (values + [values[0]]).map { values in
            let memory = GuardedBytes(0..<4 * count)
            for (index, value) in values.enumerated() { memory[index, as: Float.self] = value }
            return memory
        }
        set.run(.map, operands, plainBytes(parameters, [MapStep(operation, first: 0, second: 1, result: 2)]))
        return (0..<count).map { operands[values.count][$0, as: Float.self] }
    }

    @Test(arguments: InstructionSet.available, cases)
    func isWithinItsBound(set: InstructionSet, function: Case) {
        for (number, range) in function.ranges.enumerated() {
            var random = SeededGenerator(seed: number)
            var values = (0..<20_000).map { _ in
                range == Self.all ? 0 : Float.random(in: range, using: &random)
            }
            while values.count < 40_000 {
                let value = Float(bitPattern: UInt32.random(in: 0...UInt32.max, using: &random))
                if range.contains(value) && (value == 0 || value.isNormal) { values.append(value) }
            }
            let results = run(set, function.operation, [values])
            var worst = (0.0, Float(0), Float(0))
            for (x, y) in zip(values, results) {
                let wanted = function.reference(Double(x))
                // Half a unit of f32 is no error of the function.
                let rounded = Float(wanted)
                if y == rounded || y.isNaN && rounded.isNaN { continue }
                let error = abs(Double(y) - wanted) - function.absolute
                let size = error <= 0 ? 0 : error / max(abs(wanted), Double(Float.leastNormalMagnitude))
                if !(size <= worst.0) { worst = (size, x, y) }
            }
            #expect(worst.0 <= function.relative, "at \(worst.1): \(worst.2)")
        }
    }

    /// Infinities, zeros, NaN and what is out of a function's domain.
    @Test(arguments: InstructionSet.available, cases)
    func specialValuesAreThoseOfC(set: InstructionSet, function: Case) {
        let values: [Float] = [0, -0.0, 1, -1, .infinity, -.infinity, .nan, 2, -2, 1e30, -1e30]
        for (x, y) in zip(values, run(set, function.operation, [values])) {
            let wanted = Float(function.reference(Double(x)))
            let isSame = wanted == y && wanted.sign == y.sign || wanted.isNaN && y.isNaN
            #expect(
                isSame || abs(y - wanted) <= Float(function.relative * 2 + function.absolute) * abs(wanted),
                "of \(x): \(y), not \(wanted)")
        }
    }

    @Test(arguments: InstructionSet.available)
    func powersAreThoseOfC(set: InstructionSet) {
        let special: [Float] = [
            0, -0.0, 1, -1, 2, -2, 3, -3, 0.5, -0.5, 1.5, .infinity, -.infinity, .nan, 1e30, -1e30, 1e-30, 16_777_215,
        ]
        var (bases, exponents): ([Float], [Float]) = ([], [])
        for base in special {
            for exponent in special {
                bases.append(base)
                exponents.append(exponent)
            }
        }
        var random = SeededGenerator(seed: 1)
        for _ in 0..<40_000 {
            bases.append(exp(Float.random(in: -20...20, using: &random)))
            exponents.append(Float.random(in: -4...4, using: &random))
        }
        for ((x, y), z) in zip(zip(bases, exponents), run(set, .power, [bases, exponents])) {
            let wanted = Float(pow(Double(x), Double(y)))
            let isSame = wanted == z && wanted.sign == z.sign || wanted.isNaN && z.isNaN
            #expect(isSame || abs(z - wanted) <= 2e-7 * abs(wanted), "\(x) to the power of \(y): \(z), not \(wanted)")
        }
    }
}
