import ApusInstructions
import Glibc
import Testing

@Suite struct ReduceTests {
    /// A random reduction: its parameters, and where each element of the source goes.
    struct Case {
        var parameters: ReductionParameters
        let samples: Int
        /// Offsets of source and destination from their first bytes, by result in the order in which they are met.
        var groups: [Int: [Int]] = [:]
        let sourceBytes, destinationBytes: Range<Int>

        init(
            _ random: inout SeededGenerator, _ operation: ReduceOperation, sourceType: StoredType = .float32,
            destinationType: StoredType = .float32
        )
            throws
        {
            var shape = random.shape(rank: 0...8, extents: 1...3)
            if !shape.isEmpty, random.int(0...1) == 0 { shape[random.int(0...shape.count - 1)] = random.int(1...90) }
            // No case is large: a plain loop goes through all.
            for dimension in shape.indices where shape[...dimension].reduce(1, *) > 200 { shape[dimension] = 1 }
            if !shape.isEmpty, random.int(0...15) == 0 { shape[random.int(0...shape.count - 1)] = 0 }
            // The dimensions lie in memory in any order, some backwards, some with gaps.
            var sourceStrides = shape.map { _ in 0 }
            var step = random.int(0...3) == 0 ? 2 : 1
            for dimension in random.int(0...1) == 0 ? shape.indices.reversed() : shape.indices.shuffled(using: &random)
            {
                sourceStrides[dimension] = random.int(0...5) == 0 ? -step : step
                step *= max(shape[dimension], 1) + (random.int(0...7) == 0 ? 1 : 0)
            }
            let sourceSampleStride = step
            let kept = shape.map { _ in random.int(0...1) == 0 }
            var destinationStrides = shape.map { _ in 0 }
            step = 1
            for dimension in shape.indices.reversed() where kept[dimension] && shape[dimension] != 1 {
                destinationStrides[dimension] = step
                step *= max(shape[dimension], 1)
            }
            samples = random.int(1...3)
            parameters = ReductionParameters(
                operation, extents: .init(innermost: shape, padding: 1),
                sourceStrides: .init(innermost: sourceStrides, padding: 0),
                destinationStrides: .init(innermost: destinationStrides, padding: 0),
                sourceSampleStride: sourceSampleStride, destinationSampleStride: random.int(0...2) == 0 ? 0 : step)
            parameters.accumulate = UInt8(random.int(0...1))
            parameters.sourceType = UInt8(sourceType.rawValue)
            parameters.destinationType = UInt8(destinationType.rawValue)
            let extents = try definition(ReduceInstruction.self, parameters).operands(samples: samples)
            sourceBytes = extents[0].bytes
            destinationBytes = extents[1].bytes
            let sourceBase = sourceBytes.lowerBound / sourceType.bytes
            for sample in 0..<samples {
                let keptShape = shape.indices.map { kept[$0] ? shape[$0] : 1 }
                forEachPosition(keptShape) { position in
                    let target = zip(position, destinationStrides).reduce(
                        sample * Int(parameters.destinationSampleStride)
                    ) { $0 + $1.0 * $1.1 }
                    groups[target, default: []] += []
                }
                forEachPosition(shape) { position in
                    let target = zip(position, destinationStrides).reduce(
                        sample * Int(parameters.destinationSampleStride)
                    ) { $0 + $1.0 * $1.1 }
                    let place = zip(position, sourceStrides).reduce(sample * sourceSampleStride) { $0 + $1.0 * $1.1 }
                    groups[target]!.append(place - sourceBase)
                }
            }
        }

        var sourceCount: Int { sourceBytes.count / StoredType(rawValue: Int32(parameters.sourceType))!.bytes }
        var destinationCount: Int {
            destinationBytes.count / StoredType(rawValue: Int32(parameters.destinationType))!.bytes
        }
    }

    func reference(_ operation: ReduceOperation, _ values: [Double]) -> Double {
        switch operation {
        case .sum: return values.reduce(0, +)
        case .maximum: return values.contains { $0.isNaN } ? .nan : values.max() ?? -.infinity
        case .minimum: return values.contains { $0.isNaN } ? .nan : values.min() ?? .infinity
        case .product: return values.reduce(1, *)
        case .l1: return values.reduce(0) { $0 + abs($1) }
        case .l2: return values.reduce(0) { $0 + $1 * $1 }.squareRoot()
        case .sumSquare: return values.reduce(0) { $0 + $1 * $1 }
        case .logSumExp:
            if values.contains(where: { $0.isNaN }) { return .nan }
            let maximum = values.max() ?? -.infinity
            if maximum.isInfinite { return maximum }
            return maximum + log(values.reduce(0) { $0 + exp($1 - maximum) })
        }
    }

    @Test(arguments: InstructionSet.available)
    func numbersAgreeWithPlainLoops(set: InstructionSet) throws {
        for operation in ReduceOperation.allCases {
            for seed in 0..<60 {
                var random = SeededGenerator(seed: seed)
                var test = try Case(&random, operation)
                test.parameters.scale = random.int(0...1) == 0 ? 1 : 0.75
                var values = random.floats(test.sourceCount, in: operation == .product ? 0.8...1.2 : -3...3)
                if seed % 7 == 0, !values.isEmpty {
                    for _ in 0..<3 {
                        values[random.int(0...values.count - 1)] =
                            operation == .product ? 0 : [.nan, .infinity, -.infinity][random.int(0...2)]
                    }
                }
                let before = random.floats(test.destinationCount)
                let source = GuardedElements(values, bytes: test.sourceBytes)
                let destination = GuardedElements(before, bytes: test.destinationBytes)
                set.run(.reduce, [source, destination], test.parameters, samples: test.samples)
                var expected = before.map { Double?(Double($0)) }
                for (target, places) in test.groups {
                    let total = reference(operation, places.map { Double(values[$0]) }) * Double(test.parameters.scale)
                    expected[target] = (test.parameters.accumulate == 1 ? expected[target]! : 0) + total
                }
                let difference = firstDifference(destination.values(Float.self), expected, tolerance: 2e-6)
                #expect(difference == nil, "\(operation), seed \(seed), \(test)")
            }
        }
    }

    @Test(arguments: InstructionSet.available)
    func integersAreExact(set: InstructionSet) throws {
        func check<Element: FixedWidthInteger & BitwiseCopyable>(_ element: Element.Type, _ type: StoredType) throws {
            for operation in ReduceOperation.allCases where operation != .l2 && operation != .logSumExp {
                for seed in 0..<25 {
                    var random = SeededGenerator(seed: seed)
                    let test = try Case(&random, operation, sourceType: type, destinationType: type)
                    let range = type == .boolean ? Element(0)...Element(1) : Element.min...Element.max
                    let values = (0..<test.sourceCount).map { _ in Element.random(in: range, using: &random) }
                    let before = (0..<test.destinationCount).map { _ in Element.random(in: range, using: &random) }
                    let source = GuardedElements(values, bytes: test.sourceBytes)
                    let destination = GuardedElements(before, bytes: test.destinationBytes)
                    set.run(.reduce, [source, destination], test.parameters, samples: test.samples)
                    var expected = before
                    for (target, places) in test.groups {
                        let terms = places.map { Int64(truncatingIfNeeded: values[$0]) }
                        var total: Int64
                        switch operation {
                        case .maximum: total = terms.max() ?? .min
                        case .minimum: total = terms.min() ?? .max
                        case .product: total = terms.reduce(1, &*)
                        case .l1: total = terms.reduce(0) { $0 &+ ($1 < 0 ? 0 &- $1 : $1) }
                        case .sumSquare: total = terms.reduce(0) { $0 &+ $1 &* $1 }
                        default: total = terms.reduce(0, &+)
                        }
                        if test.parameters.accumulate == 1 { total &+= Int64(truncatingIfNeeded: before[target]) }
                        expected[target] = type == .boolean ? (total == 0 ? 0 : 1) : Element(truncatingIfNeeded: total)
                    }
                    #expect(destination.values(Element.self) == expected, "\(operation) of \(type), seed \(seed)")
                }
            }
        }
        try check(Int64.self, .int64)
        try check(Int32.self, .int32)
        try check(UInt8.self, .uint8)
        try check(Int8.self, .int8)
        try check(UInt16.self, .uint16)
        try check(UInt8.self, .boolean)
    }

    @Test(arguments: InstructionSet.available)
    func narrowNumbersAreConverted(set: InstructionSet) throws {
        for seed in 0..<60 {
            var random = SeededGenerator(seed: seed)
            let test = try Case(&random, .sum, sourceType: .bfloat16, destinationType: .bfloat16)
            // Small integers: sums are exact, and rounded once.
            let values = (0..<test.sourceCount).map { _ in Float(random.int(-8...8)) }
            let before = (0..<test.destinationCount).map { _ in Float(random.int(-8...8)) }
            let source = GuardedElements(
                values.map { UInt16(truncatingIfNeeded: $0.bitPattern >> 16) }, bytes: test.sourceBytes)
            let destination = GuardedElements(
                before.map { UInt16(truncatingIfNeeded: $0.bitPattern >> 16) }, bytes: test.destinationBytes)
            set.run(.reduce, [source, destination], test.parameters, samples: test.samples)
            var expected = before.map { Double?(Double($0)) }
            for (target, places) in test.groups {
                let total =
                    places.reduce(0) { $0 + values[$1] } + (test.parameters.accumulate == 1 ? before[target] : 0)
                let bits = total.bitPattern + 0x7FFF + (total.bitPattern >> 16 & 1)
                expected[target] = Double(Float(bitPattern: bits & 0xFFFF_0000))
            }
            let actual = destination.values(UInt16.self).map { Float(bitPattern: UInt32($0) << 16) }
            #expect(firstDifference(actual, expected, tolerance: 0) == nil, "seed \(seed)")
        }
    }

    /// Every half there is, alone: reading and writing change no bit, but that any "not a number" is one.
    @Test(arguments: InstructionSet.available)
    func everyHalfIsItself(set: InstructionSet) throws {
        let halves = (0...UInt16.max).map { $0 }
        var parameters = ReductionParameters(
            .maximum, extents: .init(innermost: [halves.count], padding: 1),
            sourceStrides: .init(innermost: [1], padding: 0), destinationStrides: .init(innermost: [1], padding: 0),
            sourceSampleStride: 0, destinationSampleStride: 0)
        parameters.sourceType = UInt8(StoredType.float16.rawValue)
        parameters.destinationType = parameters.sourceType
        let destination = GuardedElements(halves)
        set.run(.reduce, [GuardedElements(halves), destination], parameters)
        for (half, result) in zip(halves, destination.values(UInt16.self)) {
            if half & 0x7C00 == 0x7C00 && half & 0x3FF != 0 {
                #expect(result & 0x7FFF == 0x7E00)
            } else {
                #expect(result == half)
            }
        }
    }

    /// Along, across and in between: the documented bound, with terms that a plain sum gets wrong by more.
    @Test(arguments: InstructionSet.available)
    func longSumsStayWithinTheBound(set: InstructionSet) {
        var random = SeededGenerator(seed: 1)
        let length = 50_000
        let values = random.floats(length * 3, in: 0...1)
        for across in [false, true] {
            let parameters = ReductionParameters(
                .sum, extents: .init(innermost: across ? [length, 3] : [3, length], padding: 1),
                sourceStrides: .init(innermost: across ? [3, 1] : [length, 1], padding: 0),
                destinationStrides: .init(innermost: across ? [0, 1] : [1, 0], padding: 0), sourceSampleStride: 0,
                destinationSampleStride: 0)
            let destination = GuardedFloats(count: 3)
            set.run(.reduce, [GuardedFloats(values), destination], parameters)
            for result in 0..<3 {
                var total = 0.0
                for term in 0..<length { total += Double(values[across ? term * 3 + result : result * length + term]) }
                let units = across ? 8.0 + 15 * 4 : 40 + 15 * 3
                #expect(abs(Double(destination[result]) - total) <= units * 0x1p-24 * total)
            }
        }
    }

    @Test func refusesWhatItCantCompute() {
        var parameters = ReductionParameters(
            .sum, extents: .init(innermost: [2, 3], padding: 1), sourceStrides: .init(innermost: [3, 1], padding: 0),
            destinationStrides: .init(innermost: [1, 0], padding: 0), sourceSampleStride: 6, destinationSampleStride: 2)
        #expect(throws: Never.self) { try definition(ReduceInstruction.self, parameters) }
        func message(_ change: (inout ReductionParameters) -> Void) -> String {
            var changed = parameters
            change(&changed)
            do throws(ParameterError) {
                _ = try definition(ReduceInstruction.self, changed)
                return ""
            } catch {
                return "\(error)"
            }
        }
        #expect(message { $0.operation = 8 } == "operation 8 is not one of reduce's")
        #expect(message { $0.sourceType = 13 } == "the source's type is 13, but the stored types are 0 to 12")
        #expect(message { $0.destinationType = 10 } == "numbers are reduced to numbers")
        #expect(message { $0.accumulate = 2 } == "accumulate is 2, neither 0 nor 1")
        #expect(message { $0.scale = .nan } == "the scale is nan")
        #expect(message { $0.extents[6] = -1 } == "extent 6 is -1, less than 0")
        #expect(message { $0.extents[6] = .max } == "the extents come to more than 2147483648 elements")
        #expect(
            message {
                $0.sourceStrides[6] = .max; $0.extents[6] = 3
            } == "the source's strides reach beyond 2147483648 elements")
        parameters.sourceType = 10
        #expect(message { $0.destinationType = 0 } == "integers are reduced to integers, with a scale of 1")
        #expect(
            message {
                $0.destinationType = 10; $0.operation = 5
            } == "l2 is not computed of integers")
    }
}
