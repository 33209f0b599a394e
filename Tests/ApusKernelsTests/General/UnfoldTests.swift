import ApusInstructions
import Testing

@Suite struct UnfoldTests {
    func parameters(_ random: inout SeededGenerator) -> UnfoldParameters {
        let windows = WindowTests.Case(&random).parameters
        var parameters = UnfoldParameters(
            channels: random.int(1...3), source: windows.source, destination: windows.destination,
            window: windows.window)
        parameters.stride = windows.stride
        parameters.dilation = windows.dilation
        parameters.padding = windows.padding
        let positions = Int(parameters.positionCount)
        if Bool.random(using: &random) {
            let first = random.int(0...positions)
            parameters.firstPosition = Int32(first)
            parameters.positionCount = Int32(random.int(0...positions - first))
        }
        parameters.rowStride = parameters.positionCount + Int32(random.int(0...3))
        parameters.sourceSampleStride += 1
        let rows = parameters.channels * parameters.window.0 * parameters.window.1 * parameters.window.2
        parameters.unfoldedSampleStride = rows * parameters.rowStride
        return parameters
    }

    /// Calls `body` with each element of the matrix and the element of the source that it comes from, nil in the padding.
    func forEach(_ parameters: UnfoldParameters, _ body: (_ element: Int, _ source: Int?) -> Void) {
        func three(_ three: Three) -> [Int] { [Int(three.0), Int(three.1), Int(three.2)] }
        let (size, positions, window) = (
            three(parameters.source), three(parameters.destination), three(parameters.window)
        )
        let (stride, dilation, padding) = (
            three(parameters.stride), three(parameters.dilation), three(parameters.padding)
        )
        let places = window.reduce(1, *)
        for row in 0..<Int(parameters.channels) * places {
            let place = row % places
            let (i, j, k) = (place / (window[1] * window[2]), place / window[2] % window[1], place % window[2])
            for p in 0..<Int(parameters.positionCount) {
                let position = p + Int(parameters.firstPosition)
                let (z, y, x) = (
                    position / (positions[1] * positions[2]), position / positions[2] % positions[1],
                    position % positions[2]
                )
                let at = [
                    z * stride[0] + i * dilation[0] - padding[0], y * stride[1] + j * dilation[1] - padding[1],
                    x * stride[2] + k * dilation[2] - padding[2],
                ]
                let isInside = (0..<3).allSatisfy { at[$0] >= 0 && at[$0] < size[$0] }
                let source = ((row / places * size[0] + at[0]) * size[1] + at[1]) * size[2] + at[2]
                body(row * Int(parameters.rowStride) + p, isInside ? source : nil)
            }
        }
    }

    @Test(arguments: InstructionSet.available)
    func unfoldedRowsAreTheWindowsPlaces(set: InstructionSet) throws {
        for seed in 0..<300 {
            var random = SeededGenerator(seed: seed)
            let parameters = parameters(&random)
            let samples = random.int(1...2)
            let extents = try UnfoldInstruction(ParameterBytes(plainBytes(parameters)), lanes: set.lanes)
                .operands(samples: samples)
            let source = GuardedBytes(extents[0].bytes)
            source.randomize(.float32, 0..<extents[0].bytes.count / 4, &random)
            let matrix = GuardedBytes(extents[1].bytes)
            set.run(.unfold, [source, matrix], plainBytes(parameters), samples: samples, "seed \(seed)")
            var wrong = 0
            for sample in 0..<samples {
                forEach(parameters) { element, from in
                    let actual = matrix[sample * Int(parameters.unfoldedSampleStride) + element, as: UInt32.self]
                    let wanted = from.map { source[sample * Int(parameters.sourceSampleStride) + $0, as: UInt32.self] }
                    if actual != wanted ?? 0 { wrong += 1 }
                }
            }
            #expect(wrong == 0, "seed \(seed): \(parameters)")
        }
    }

    @Test(arguments: InstructionSet.available)
    func foldIsTheAdjoint(set: InstructionSet) throws {
        for seed in 0..<300 {
            var random = SeededGenerator(seed: seed)
            var parameters = parameters(&random)
            parameters.clears = Int32(random.int(0...1))
            let samples = random.int(1...2)
            let extents = try FoldInstruction(ParameterBytes(plainBytes(parameters)), lanes: set.lanes)
                .operands(samples: samples)
            #expect(extents[1].access == (parameters.clears == 1 ? .write : .update))
            let matrix = GuardedBytes(extents[0].bytes)
            for index in 0..<extents[0].bytes.count / 4 { matrix[index, as: Float.self] = Float(random.int(-8...8)) }
            let result = GuardedBytes(extents[1].bytes)
            var expected: [Float] = []
            for index in 0..<extents[1].bytes.count / 4 {
                expected.append(Float(random.int(-8...8)))
                result[index, as: Float.self] = expected[index]
            }
            let step = Int(parameters.sourceSampleStride)
            for sample in 0..<samples {
                if parameters.clears == 1 { for index in 0..<step - 1 { expected[sample * step + index] = 0 } }
                forEach(parameters) { element, to in
                    guard let to else { return }
                    expected[sample * step + to] +=
                        matrix[sample * Int(parameters.unfoldedSampleStride) + element, as: Float.self]
                }
            }
            set.run(.fold, [matrix, result], plainBytes(parameters), samples: samples, "seed \(seed)")
            // Small integers: every order of the sums gives the same.
            let actual = expected.indices.map { result[$0, as: Float.self] }
            #expect(actual == expected, "seed \(seed): \(parameters)")
        }
    }

    @Test func whatCannotBeUnfoldedIsRefused() {
        func message(_ change: (inout UnfoldParameters) -> Void) -> String? {
            var parameters = UnfoldParameters(channels: 2, source: (1, 8, 8), destination: (1, 6, 6), window: (1, 3, 3))
            change(&parameters)
            do {
                _ = try UnfoldInstruction(ParameterBytes(plainBytes(parameters)), lanes: 8)
                return nil
            } catch { return "\(error)" }
        }
        #expect(message { _ in } == nil)
        #expect(message { $0.firstPosition = 1 } == "the number of positions is 36, not from 0 to 35")
        #expect(message { $0.rowStride = 35 } == "the row's stride is 35, not from 36 to 2147483647")
        #expect(message { $0.window.2 = 0 } == "the window's width is 0, not from 1 to 1073741824")
        #expect(message { $0.clears = 2 } == "the choice to clear is 2, not from 0 to 1")
    }
}
