import ApusInstructions
import Glibc
import Testing

/// The functions of the element-wise programs, against the C library's in double precision.
@Suite struct MathematicsTests {
    /// Runs one operation on all of `values`.
    func run(_ set: InstructionSet, _ operation: ElementwiseStep.Operation, _ values: [Float]) -> [Float] {
        let result = GuardedFloats(count: values.count)
        var parameters = ElementwiseParameters(
            count: values.count, steps: 1, sources: 1, destinationStride: values.count)
        parameters.stride0 = Int32(values.count)
        let program = (parameters, ElementwiseStep(operation, first: 0, second: 0, result: 1))
        set.run(.elementwise, [GuardedFloats(values), result], program)
        return result.values
    }

    /// A dense grid over a range, and random bit patterns inside it.
    func inputs(_ range: ClosedRange<Float>, seed: Int) -> [Float] {
        var random = SeededGenerator(seed: seed)
        let steps = 100_001
        var values = (0..<steps).map {
            range.lowerBound + (range.upperBound - range.lowerBound) * Float($0) / Float(steps - 1)
        }
        while values.count < 2 * steps {
            let value = Float(bitPattern: UInt32.random(in: 0...UInt32.max, using: &random))
            if range.contains(value) && (value == 0 || value.isNormal) { values.append(value) }
        }
        return values
    }

    func worst(_ values: [Float], _ actual: [Float], _ error: (Double, Double) -> Double) -> (Double, Float) {
        var worst = (0.0, Float(0))
        for (x, y) in zip(values, actual) {
            let size = error(Double(x), Double(y))
            if !(size <= worst.0) { worst = (size, x) }
        }
        return worst
    }

    @Test(arguments: InstructionSet.available)
    func exponentialIsWithinItsBound(set: InstructionSet) {
        let values = inputs(-87.3...88.7, seed: 1)
        let (error, place) = worst(values, run(set, .exponential, values)) { abs($1 / exp($0) - 1) }
        #expect(error <= 2e-7, "at \(place)")
        let special: [Float] = [-.infinity, -1000, -87.31, 88.71, 1000, .infinity, .nan, 0, -0.0]
        let results = run(set, .exponential, special)
        let maximum = Float.greatestFiniteMagnitude
        #expect(Array(results.prefix(6)) == [0, 0, 0, maximum, maximum, maximum])
        #expect(results[6].isNaN && results[7] == 1 && results[8] == 1)
    }

    @Test(arguments: InstructionSet.available)
    func logarithmIsWithinItsBound(set: InstructionSet) {
        for (range, seed) in [(Float.leastNormalMagnitude...Float.greatestFiniteMagnitude, 2), (0.4...2.5, 3)] {
            let values = inputs(range, seed: seed).filter { $0 != 1 }
            let (error, place) = worst(values, run(set, .logarithm, values)) { abs($1 / log($0) - 1) }
            #expect(error <= 3e-7, "at \(place)")
        }
        let results = run(
            set, .logarithm, [0, -0.0, .leastNonzeroMagnitude, 1, .infinity, .nan, -1, -.infinity, -1e-30])
        let infinity = Float.infinity
        let expected: [Float] = [-infinity, -infinity, -infinity, 0, infinity]
        #expect(Array(results.prefix(5)) == expected)
        #expect(results.suffix(4).allSatisfy { $0.isNaN })
    }

    @Test(arguments: InstructionSet.available)
    func hyperbolicTangentIsWithinItsBound(set: InstructionSet) {
        let values = inputs(-20...20, seed: 4)
        let (error, place) = worst(values, run(set, .hyperbolicTangent, values)) { abs($1 - tanh($0)) }
        #expect(error <= 2e-7, "at \(place)")
        let results = run(set, .hyperbolicTangent, [-.infinity, .infinity, 1000, 0, .nan])
        #expect(Array(results.prefix(4)) == [-1, 1, 1, 0])
        #expect(results[4].isNaN)
    }

    @Test(arguments: InstructionSet.available)
    func logisticIsWithinItsBound(set: InstructionSet) {
        let values = inputs(-87.3...100, seed: 5)
        let (error, place) = worst(values, run(set, .logistic, values)) { abs($1 * (1 + exp(-$0)) - 1) }
        #expect(error <= 5e-7, "at \(place)")
        let results = run(set, .logistic, [-.infinity, .infinity, 0, .nan])
        #expect(Array(results.prefix(3)) == [0, 1, 0.5])
        #expect(results[3].isNaN)
    }

    @Test(arguments: InstructionSet.available)
    func squareRootIsRoundedRight(set: InstructionSet) {
        let values = inputs(0...1e30, seed: 6)
        #expect(run(set, .squareRoot, values) == values.map { $0.squareRoot() })
    }
}
