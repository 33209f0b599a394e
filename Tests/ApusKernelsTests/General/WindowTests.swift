import ApusInstructions
import Glibc
import Testing

@Suite struct WindowTests {
    /// Random windows, and their parameters as plain numbers.
    struct Case {
        var parameters: WindowParameters
        let source, destination, window, stride, dilation, padding, endPadding: [Int]
        let outer: Int

        init(_ random: inout SeededGenerator) {
            func three(_ range: ClosedRange<Int>) -> [Int] { (0..<3).map { _ in random.int(range) } }
            let (window, stride, dilation) = (three(1...3), three(1...3), three(1...2))
            let source = [random.int(1...4), random.int(1...7), random.int(1...40)]
            let padding = (0..<3).map { random.int(0...window[$0] * dilation[$0]) }
            let endPadding = (0..<3).map { random.int(0...window[$0]) }
            var destination: [Int] = []
            for axis in 0..<3 {
                let room = source[axis] + padding[axis] + endPadding[axis] - (window[axis] - 1) * dilation[axis] - 1
                // Windows at the end may be partial, as with `ceil_mode`.
                destination.append(max(0, room) / stride[axis] + 1 + random.int(0...1))
            }
            self.source = source
            self.destination = destination
            self.window = window
            self.stride = stride
            self.dilation = dilation
            self.padding = padding
            self.endPadding = endPadding
            outer = random.int(1...3)
            func tuple(_ v: [Int]) -> Three { (Int32(v[0]), Int32(v[1]), Int32(v[2])) }
            parameters = WindowParameters(
                operation: WindowParameters.Operation.allCases.randomElement(using: &random)!, outer: outer,
                source: tuple(source), destination: tuple(destination), window: tuple(window))
            parameters.stride = tuple(stride)
            parameters.dilation = tuple(dilation)
            parameters.padding = tuple(padding)
            parameters.endPadding = tuple(endPadding)
            parameters.divisor = WindowParameters.Divisor.allCases.randomElement(using: &random)!.rawValue
            parameters.exponent = [1, 2, 3, 2.5].randomElement(using: &random)!
            parameters.indexBytes = Bool.random(using: &random) ? 4 : 8
            parameters.indexCountsOuter = Bool.random(using: &random) ? 1 : 0
            parameters.sourceSampleStride += 2
        }

        /// Calls `body` with each position, its places inside of the source as flat indices, and the divisor.
        func forEachPosition(_ body: (_ position: Int, _ places: [Int], _ divisor: Double) -> Void) {
            var position = 0
            for z in 0..<destination[0] {
                for y in 0..<destination[1] {
                    for x in 0..<destination[2] {
                        var places: [Int] = []
                        var padded = 0
                        for i in 0..<window[0] {
                            for j in 0..<window[1] {
                                for k in 0..<window[2] {
                                    let at = [
                                        z * stride[0] + i * dilation[0] - padding[0],
                                        y * stride[1] + j * dilation[1] - padding[1],
                                        x * stride[2] + k * dilation[2] - padding[2],
                                    ]
                                    if (0..<3).allSatisfy({ at[$0] < source[$0] + endPadding[$0] }) { padded += 1 }
                                    if (0..<3).allSatisfy({ at[$0] >= 0 && at[$0] < source[$0] }) {
                                        places.append((at[0] * source[1] + at[1]) * source[2] + at[2])
                                    }
                                }
                            }
                        }
                        let divisor =
                            switch WindowParameters.Divisor(rawValue: parameters.divisor)! {
                            case .inside: places.count
                            case .padded: padded
                            case .all: window.reduce(1, *)
                            }
                        body(position, places, Double(max(1, divisor)))
                        position += 1
                    }
                }
            }
        }
    }

    func maximum(_ values: [Double], _ places: [Int]) -> Int? {
        places.first { values[$0].isNaN } ?? places.first { place in places.allSatisfy { values[$0] <= values[place] } }
    }

    func floats(_ extent: OperandExtent, _ random: inout SeededGenerator, special: Bool) -> GuardedBytes {
        let memory = GuardedBytes(extent.bytes)
        for index in 0..<extent.bytes.upperBound / 4 {
            // Few different numbers, so that some are equal.
            let value = Float(random.int(-20...20)) / 8
            memory[index, as: Float.self] =
                special && random.int(0...20) == 0
                ? [.nan, .infinity, -.infinity].randomElement(using: &random)! : value
        }
        return memory
    }

    @Test(arguments: InstructionSet.available)
    func windowsAgreeWithPlainLoops(set: InstructionSet) throws {
        for seed in 0..<500 {
            var random = SeededGenerator(seed: seed)
            let windows = Case(&random)
            let parameters = windows.parameters
            let samples = random.int(1...2)
            let extents = try WindowInstruction(ParameterBytes(plainBytes(parameters)), lanes: set.lanes)
                .operands(samples: samples)
            let operation = WindowParameters.Operation(rawValue: parameters.operation)!
            let source = floats(extents[0], &random, special: seed % 3 == 0)
            let result = GuardedBytes(extents[1].bytes)
            let indices = Bool.random(using: &random) && operation == .maximum ? GuardedBytes(extents[2].bytes) : nil
            set.run(.window, [source, result, indices], plainBytes(parameters), samples: samples, "seed \(seed)")
            let elements = windows.source.reduce(1, *)
            let positions = windows.destination.reduce(1, *)
            for sample in 0..<samples {
                for outer in 0..<windows.outer {
                    let start = sample * Int(parameters.sourceSampleStride) + outer * elements
                    let values = (0..<elements).map { Double(source[start + $0, as: Float.self]) }
                    windows.forEachPosition { position, places, divisor in
                        let place = sample * Int(parameters.destinationSampleStride) + outer * positions + position
                        let actual = Double(result[place, as: Float.self])
                        let best = maximum(values, places)
                        let power = Double(parameters.exponent)
                        let wanted: Double =
                            switch operation {
                            case .maximum: best.map { values[$0] } ?? -.infinity
                            case .average: places.reduce(0) { $0 + values[$1] } / divisor
                            case .norm: pow(places.reduce(0) { $0 + pow(abs(values[$1]), power) }, 1 / power)
                            }
                        let isSame =
                            actual == wanted || actual.isNaN && wanted.isNaN
                            || abs(actual - wanted) <= 2e-6 * (1 + abs(wanted))
                        if !isSame { Issue.record("seed \(seed), \(operation): \(actual), not \(wanted)") }
                        if let indices {
                            let index =
                                parameters.indexBytes == 8
                                ? Int(indices[place, as: Int64.self]) : Int(indices[place, as: Int32.self])
                            let base = parameters.indexCountsOuter == 1 ? outer * elements : 0
                            let wanted = best.map { $0 + base } ?? -1
                            if index != wanted { Issue.record("seed \(seed): index \(index), not \(wanted)") }
                        }
                    }
                }
            }
        }
    }

    @Test(arguments: InstructionSet.available)
    func gradientsAgreeWithPlainLoops(set: InstructionSet) throws {
        for seed in 0..<500 {
            var random = SeededGenerator(seed: seed)
            let windows = Case(&random)
            let parameters = windows.parameters
            let samples = random.int(1...2)
            let extents = try WindowGradientInstruction(ParameterBytes(plainBytes(parameters)), lanes: set.lanes)
                .operands(samples: samples)
            let operation = WindowParameters.Operation(rawValue: parameters.operation)!
            let source = floats(extents[0], &random, special: false)
            let gradient = floats(extents[1], &random, special: false)
            let result = GuardedBytes(extents[2].bytes)
            set.run(
                .windowGradient, [operation == .average ? nil : source, gradient, result], plainBytes(parameters),
                samples: samples, "seed \(seed)")
            let elements = windows.source.reduce(1, *)
            let positions = windows.destination.reduce(1, *)
            for sample in 0..<samples {
                for outer in 0..<windows.outer {
                    let start = sample * Int(parameters.sourceSampleStride) + outer * elements
                    let values = (0..<elements).map { Double(source[start + $0, as: Float.self]) }
                    var expected = [Double](repeating: 0, count: elements)
                    windows.forEachPosition { position, places, divisor in
                        let place = sample * Int(parameters.destinationSampleStride) + outer * positions + position
                        let share = Double(gradient[place, as: Float.self])
                        let power = Double(parameters.exponent)
                        switch operation {
                        case .maximum: if let best = maximum(values, places) { expected[best] += share }
                        case .average: for place in places { expected[place] += share / divisor }
                        case .norm:
                            let norm = pow(places.reduce(0) { $0 + pow(abs(values[$1]), power) }, 1 / power)
                            for place in places where values[place] != 0 {
                                expected[place] +=
                                    share * (values[place] < 0 ? -1 : 1) * pow(abs(values[place]) / norm, power - 1)
                            }
                        }
                    }
                    let actual = (0..<elements).map { result[start + $0, as: Float.self] }
                    let difference = firstDifference(actual, expected, tolerance: 4e-6)
                    #expect(difference == nil, "seed \(seed), \(operation)")
                }
            }
        }
    }

    @Test func whatNoWindowCanBeIsRefused() {
        func message(_ change: (inout WindowParameters) -> Void) -> String? {
            var parameters = WindowParameters(
                operation: .maximum, outer: 2, source: (1, 8, 8), destination: (1, 4, 4), window: (1, 2, 2))
            change(&parameters)
            do {
                _ = try WindowInstruction(ParameterBytes(plainBytes(parameters)), lanes: 8)
                return nil
            } catch { return "\(error)" }
        }
        #expect(message { _ in } == nil)
        #expect(message { $0.operation = 9 } == "9 is no operation on windows")
        #expect(message { $0.stride.1 = 0 } == "the stride along the height is 0, not from 1 to 1073741824")
        #expect(message { $0.dilation.2 = -1 } == "the dilation along the width is -1, not from 1 to 1073741824")
        #expect(message { $0.source.0 = 1 << 30 } == "the source has 2^31 elements or more")
        #expect(message { $0.exponent = .nan } == "the norm's exponent is nan, not 1 or more")
        #expect(message { $0.indexBytes = 2 } == "an index is 2 bytes, not 4 or 8")
        #expect(message { $0.divisor = 3 } == "3 is no divisor")
    }
}
