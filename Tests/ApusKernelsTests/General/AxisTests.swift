import ApusInstructions
import Testing

/// **argReduce** and **scan**.
@Suite struct AxisTests {
    struct Case {
        let outer, axis, inner, samples: Int
        var parameters: AxisParameters

        init(_ random: inout SeededGenerator, operation: UInt8, type: StoredType, option: UInt8, isReduced: Bool) {
            outer = random.int(0...3)
            // Either is long now and then, but not both.
            let isLong = random.int(0...5)
            axis = isLong == 0 ? random.int(1...400) : random.int(1...6)
            inner = isLong == 1 ? random.int(250...530) : random.int(0...1) == 0 ? 1 : random.int(1...8)
            samples = random.int(1...3)
            parameters = AxisParameters(
                outer: outer, axis: axis, inner: inner, sourceSampleStride: outer * axis * inner,
                destinationSampleStride: outer * inner * (isReduced ? 1 : axis), operation: operation, option: option)
            parameters.type = UInt8(type.rawValue)
            parameters.isBackward = UInt8(random.int(0...1))
        }

        var count: Int { samples * outer * axis * inner }
        var isBackward: Bool { parameters.isBackward == 1 }

        /// Each line along the axis: the places of its elements.
        var lines: [[Int]] {
            (0..<samples * outer).flatMap { part in
                (0..<inner).map { column in (0..<axis).map { (part * axis + $0) * inner + column } }
            }
        }
    }

    func check<Element: BitwiseCopyable & Comparable>(
        argReduce operation: ArgReduceOperation, _ type: StoredType, _ set: InstructionSet,
        element: (inout SeededGenerator) -> Element, isNumber: (Element) -> Bool
    ) throws {
        for seed in 0..<40 {
            var random = SeededGenerator(seed: seed)
            let test = Case(
                &random, operation: operation.rawValue, type: type, option: seed % 2 == 0 ? 8 : 4, isReduced: true)
            let values = (0..<test.count).map { _ in element(&random) }
            let extents = try definition(ArgReduceInstruction.self, test.parameters).operands(samples: test.samples)
            let lines = test.lines
            let destination = GuardedElements(
                [UInt8](repeating: 0, count: lines.count * Int(test.parameters.option)), bytes: extents[1].bytes)
            #expect(extents[1].bytes.count == lines.count * Int(test.parameters.option))
            set.run(
                .argReduce, [GuardedElements(values, bytes: extents[0].bytes), destination], test.parameters,
                samples: test.samples)
            let expected = lines.map { line -> Int64 in
                let order = test.isBackward ? Array(line.indices.reversed()) : Array(line.indices)
                if let wrong = order.first(where: { !isNumber(values[line[$0]]) }) { return Int64(wrong) }
                let all = line.map { values[$0] }
                let best = operation == .maximum ? all.max()! : all.min()!
                return Int64(order.first { all[$0] == best }!)
            }
            let actual =
                seed % 2 == 0
                ? destination.values(Int64.self) : destination.values(Int32.self).map { Int64($0) }
            #expect(actual == expected, "\(operation) of \(type), seed \(seed), \(test)")
        }
    }

    @Test(arguments: InstructionSet.available)
    func argumentOfTheMaximumAndTheMinimum(set: InstructionSet) throws {
        for operation in ArgReduceOperation.allCases {
            // Few values, so that many are equal; now and then one that is infinite or not a number.
            try check(
                argReduce: operation, .float32, set,
                element: { random in
                    random.int(0...99) == 0
                        ? [Float.nan, .infinity, -.infinity][random.int(0...2)] : Float(random.int(-3...3))
                }, isNumber: { $0 == $0 })
            try check(
                argReduce: operation, .int64, set, element: { .max - Int64($0.int(0...3)) }, isNumber: { _ in true })
            try check(
                argReduce: operation, .uint8, set, element: { UInt8($0.int(0...255)) }, isNumber: { _ in true })
        }
    }

    func check<Element: BitwiseCopyable & Equatable, Total>(
        scan operation: ScanOperation, _ type: StoredType, _ set: InstructionSet, identity: Total,
        element: (inout SeededGenerator) -> Element, join: (Total, Element) -> Total, result: (Total) -> Element
    ) throws {
        for seed in 0..<40 {
            var random = SeededGenerator(seed: seed)
            let test = Case(
                &random, operation: operation.rawValue, type: type, option: UInt8(seed % 2), isReduced: false)
            let values = (0..<test.count).map { _ in element(&random) }
            let extents = try definition(ScanInstruction.self, test.parameters).operands(samples: test.samples)
            let destination = GuardedElements(values, bytes: extents[1].bytes)
            set.run(
                .scan, [GuardedElements(values, bytes: extents[0].bytes), destination], test.parameters,
                samples: test.samples)
            var expected = values
            for line in test.lines {
                var total = identity
                for place in test.isBackward ? line.reversed() : line {
                    if seed % 2 == 1 { expected[place] = result(total) }
                    total = join(total, values[place])
                    if seed % 2 == 0 { expected[place] = result(total) }
                }
            }
            let actual = destination.values(Element.self)
            let first = actual.indices.first {
                actual[$0] != expected[$0] && !(actual[$0] != actual[$0] && expected[$0] != expected[$0])
            }
            #expect(first == nil && actual.count == expected.count, "\(operation) of \(type), seed \(seed), \(test)")
        }
    }

    @Test(arguments: InstructionSet.available)
    func runningTotals(set: InstructionSet) throws {
        let float: (inout SeededGenerator) -> Float = {
            $0.int(0...199) == 0 ? .nan : Float.random(in: -2...2, using: &$0)
        }
        try check(scan: .sum, .float32, set, identity: 0.0, element: float, join: { $0 + Double($1) }) { Float($0) }
        try check(scan: .product, .float32, set, identity: 1.0, element: float, join: { $0 * Double($1) }) { Float($0) }
        try check(
            scan: .maximum, .float32, set, identity: -Float.infinity, element: float,
            join: { $0.isNaN || $1.isNaN ? .nan : max($0, $1) }
        ) { $0 }
        let long: (inout SeededGenerator) -> Int64 = { Int64.random(in: .min ... .max, using: &$0) }
        try check(scan: .sum, .int64, set, identity: Int64(0), element: long, join: { $0 &+ $1 }) { $0 }
        try check(scan: .maximum, .int64, set, identity: Int64.min, element: long, join: { max($0, $1) }) { $0 }
        let short: (inout SeededGenerator) -> Int32 = { Int32.random(in: .min ... .max, using: &$0) }
        try check(scan: .product, .int32, set, identity: Int32(1), element: short, join: { $0 &* $1 }) { $0 }
    }

    @Test func refusesWhatItCantCompute() {
        let parameters = AxisParameters(
            outer: 2, axis: 3, inner: 4, sourceSampleStride: 24, destinationSampleStride: 8, operation: 0, option: 8)
        func message<Definition: InstructionDefinition>(
            _ type: Definition.Type, _ change: (inout AxisParameters) -> Void
        ) -> String {
            var changed = parameters
            change(&changed)
            do throws(ParameterError) {
                _ = try definition(Definition.self, changed)
                return ""
            } catch {
                return "\(error)"
            }
        }
        #expect(message(ArgReduceInstruction.self) { _ in } == "")
        #expect(message(ArgReduceInstruction.self) { $0.axis = 0 } == "the axis is 0, not in 1 to 2147483647")
        #expect(message(ArgReduceInstruction.self) { $0.operation = 2 } == "operation 2 is not one of argReduce's")
        #expect(message(ArgReduceInstruction.self) { $0.option = 2 } == "an index has 2 bytes, neither 4 nor 8")
        #expect(message(ArgReduceInstruction.self) { $0.isBackward = 2 } == "isBackward is 2, neither 0 nor 1")
        #expect(message(ScanInstruction.self) { _ in } == "exclusive is 8, neither 0 nor 1")
        #expect(message(ScanInstruction.self) { $0.operation = 3 } == "operation 3 is not one of scan's")
        #expect(message(ScanInstruction.self) { $0.type = 1 } == "scan doesn't join elements of type float16")
    }
}
