import ApusInstructions
import Testing

@Suite struct SortTests {
    func check<Element: BitwiseCopyable>(
        _ type: StoredType, _ set: InstructionSet, element: (inout SeededGenerator) -> Element,
        comesBefore: (Element, Element) -> Bool, bits: (Element) -> UInt64
    ) throws {
        for seed in 0..<80 {
            var random = SeededGenerator(seed: seed)
            let axis = random.int(0...2) == 0 ? random.int(60...200) : random.int(0...20)
            let (outer, inner, samples) = (random.int(1...2), random.int(1...4), random.int(1...2))
            let kept = axis == 0 ? 0 : random.int(0...1) == 0 ? axis : random.int(1...axis)
            var parameters = SortParameters(
                outer: outer, axis: axis, inner: inner, kept: kept, sourceSampleStride: outer * axis * inner,
                valueSampleStride: outer * kept * inner, indexSampleStride: outer * kept * inner)
            parameters.type = UInt8(type.rawValue)
            parameters.isDescending = UInt8(random.int(0...1))
            parameters.isOrdered = UInt8(random.int(0...3) == 0 ? 0 : 1)
            let values = (0..<samples * outer * axis * inner).map { _ in element(&random) }
            let extents = try definition(SortInstruction.self, parameters).operands(samples: samples)
            let results = samples * outer * kept * inner
            let sorted = GuardedElements([Element](values.prefix(0)), bytes: extents[1].bytes)
            let indices = GuardedElements([Int64](repeating: -1, count: results), bytes: extents[2].bytes)
            let scratch = GuardedElements([UInt8](repeating: 0, count: extents[3].bytes.count))
            set.run(
                .sort, [GuardedElements(values, bytes: extents[0].bytes), sorted, indices, scratch], parameters,
                samples: samples)
            var expected = [Int64](repeating: -1, count: results)
            var expectedValues = [UInt64](repeating: 0, count: results)
            for part in 0..<samples * outer {
                for column in 0..<inner {
                    let line = (0..<axis).map { values[(part * axis + $0) * inner + column] }
                    var order = line.indices.sorted { first, second in
                        let (a, b) = (line[first], line[second])
                        let isBefore = parameters.isDescending == 1 ? comesBefore(b, a) : comesBefore(a, b)
                        let isAfter = parameters.isDescending == 1 ? comesBefore(a, b) : comesBefore(b, a)
                        return isBefore || !isAfter && first < second
                    }
                    order = Array(order.prefix(kept))
                    if parameters.isOrdered == 0 { order.sort() }
                    for (number, index) in order.enumerated() {
                        expected[(part * kept + number) * inner + column] = Int64(index)
                        expectedValues[(part * kept + number) * inner + column] = bits(line[index])
                    }
                }
            }
            #expect(indices.values(Int64.self) == expected, "\(type), seed \(seed), \(parameters)")
            #expect(sorted.values(Element.self).map(bits) == expectedValues, "\(type), seed \(seed), \(parameters)")
        }
    }

    @Test(arguments: InstructionSet.available)
    func linesAreOrderedAndEqualsStay(set: InstructionSet) throws {
        try check(
            .float32, set,
            element: { random in
                random.int(0...9) == 0
                    ? [Float.nan, .infinity, -.infinity, -0.0][random.int(0...3)]
                    : random.int(0...1) == 0 ? Float(random.int(-3...3)) : Float.random(in: -1...1, using: &random)
            }, comesBefore: { $0.isNaN ? false : $1.isNaN || $0 < $1 }, bits: { UInt64($0.bitPattern) })
        try check(
            .int64, set, element: { [.min, .max, 0, -1, 7][$0.int(0...4)] + 0 as Int64 }, comesBefore: { $0 < $1 },
            bits: { UInt64(bitPattern: $0) })
        try check(.uint8, set, element: { UInt8($0.int(0...255)) }, comesBefore: { $0 < $1 }, bits: { UInt64($0) })
    }

    @Test func refusesWhatItCantCompute() {
        func message(_ change: (inout SortParameters) -> Void) -> String {
            var parameters = SortParameters(
                outer: 1, axis: 4, inner: 2, kept: 3, sourceSampleStride: 8, valueSampleStride: 6, indexSampleStride: 6)
            change(&parameters)
            do throws(ParameterError) {
                _ = try definition(SortInstruction.self, parameters)
                return ""
            } catch {
                return "\(error)"
            }
        }
        #expect(message { _ in } == "")
        #expect(message { $0.kept = 5 } == "the number of kept elements is 5, not in 1 to 4")
        #expect(message { $0.type = 3 } == "sort doesn't order elements of type float64")
        #expect(message { $0.isOrdered = 2 } == "isOrdered is 2, neither 0 nor 1")
        #expect(message { $0.axis = -1 } == "extent 6 is -1, less than 0")
    }
}
