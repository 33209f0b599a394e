import ApusInstructions
import Glibc
import Testing

@Suite struct MapTests {
    /// Operations whose result is exact, or rounded once.
    static let exact: [MapStep.Operation] = [
        .add, .subtract, .multiply, .divide, .maximum, .minimum, .negate, .squareRoot, .greater, .absolute, .sign,
        .reciprocal, .floor, .ceiling, .round, .remainder, .modulo, .equal, .less, .lessOrEqual, .greaterOrEqual,
        .notEqual, .and, .or, .not, .exclusiveOr, .isNaN, .isInfinite, .select, .bitAnd, .bitOr, .bitExclusiveOr,
        .bitNot,
        .shiftLeft, .shiftRight, .shiftRightUnsigned,
    ]

    func number(_ operation: MapStep.Operation, _ a: Double, _ b: Double, _ c: Double) -> Double {
        let modulo = fmod(a, b)
        return switch operation {
        case .add: a + b
        case .subtract: a - b
        case .multiply: a * b
        case .divide: a / b
        case .maximum: a.isNaN || b.isNaN ? .nan : max(a, b)
        case .minimum: a.isNaN || b.isNaN ? .nan : min(a, b)
        case .negate: -a
        case .squareRoot: sqrt(a)
        case .greater: a > b ? 1 : 0
        case .absolute: abs(a)
        case .sign: a.isNaN ? .nan : a > 0 ? 1 : a < 0 ? -1 : 0
        case .reciprocal: 1 / a
        case .floor: Glibc.floor(a)
        case .ceiling: ceil(a)
        case .round: rint(a)
        case .remainder: modulo
        case .modulo: modulo != 0 && modulo * b < 0 ? modulo + b : modulo
        case .equal: a == b ? 1 : 0
        case .less: a < b ? 1 : 0
        case .lessOrEqual: a <= b ? 1 : 0
        case .greaterOrEqual: a >= b ? 1 : 0
        case .notEqual: a != b ? 1 : 0
        case .and: a != 0 && b != 0 ? 1 : 0
        case .or: a != 0 || b != 0 ? 1 : 0
        case .not: a == 0 ? 1 : 0
        case .exclusiveOr: (a != 0) != (b != 0) ? 1 : 0
        case .isNaN: a.isNaN ? 1 : 0
        case .isInfinite: a.isInfinite ? 1 : 0
        case .select: a != 0 ? b : c
        default: .nan
        }
    }

    func integer(_ operation: MapStep.Operation, _ a: Int64, _ b: Int64, _ c: Int64) -> Int64 {
        let quotient = b == 0 ? 0 : a.dividedReportingOverflow(by: b).partialValue
        let rest = b == 0 ? 0 : a &- quotient &* b
        return switch operation {
        case .add: a &+ b
        case .subtract: a &- b
        case .multiply: a &* b
        case .divide: quotient
        case .maximum: max(a, b)
        case .minimum: min(a, b)
        case .negate: 0 &- a
        case .greater: a > b ? 1 : 0
        case .absolute: a < 0 ? 0 &- a : a
        case .sign: a.signum()
        case .reciprocal: a == 1 || a == -1 ? a : 0
        case .remainder: rest
        case .modulo: rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest
        case .equal: a == b ? 1 : 0
        case .less: a < b ? 1 : 0
        case .lessOrEqual: a <= b ? 1 : 0
        case .greaterOrEqual: a >= b ? 1 : 0
        case .notEqual: a != b ? 1 : 0
        case .and: a != 0 && b != 0 ? 1 : 0
        case .or: a != 0 || b != 0 ? 1 : 0
        case .not: a == 0 ? 1 : 0
        case .exclusiveOr: (a != 0) != (b != 0) ? 1 : 0
        case .select: a != 0 ? b : c
        case .bitAnd: a & b
        case .bitOr: a | b
        case .bitExclusiveOr: a ^ b
        case .bitNot: ~a
        case .shiftLeft: b < 0 ? 0 : a << b
        case .shiftRight: b < 0 ? a >> 63 : a >> b
        case .shiftRightUnsigned: b < 0 ? 0 : Int64(bitPattern: UInt64(bitPattern: a) >> UInt64(b))
        default: -99
        }
    }

    /// One step on registers.
    func computed(
        _ step: MapStep, _ registers: [StoredElement], _ index: [Int], _ compute: ComputeType
    ) -> StoredElement {
        let operation = MapStep.Operation(rawValue: step.operation)!
        if operation == .constant {
            return compute == .int64
                ? .integer(Int64(bitPattern: step.valueBits)) : .number(Double(bitPattern: step.valueBits))
        }
        if operation == .index {
            let place = index[Int(step.valueBits)]
            return compute == .int64 ? .integer(Int64(place)) : .number(Double(place))
        }
        switch (registers[Int(step.first)], registers[Int(step.second)], registers[Int(step.third)]) {
        case (.number(let a), .number(let b), .number(let c)):
            let result = number(operation, a, b, c)
            return .number(compute == .float32 ? Double(Float(result)) : result)
        case (.integer(let a), .integer(let b), .integer(let c)):
            return .integer(integer(operation, a, b, c))
        default:
            Issue.record("registers of two types")
            return .integer(0)
        }
    }

    /// A random program in which every register that is read was written before.
    func program(_ compute: ComputeType, sources: Int, _ random: inout SeededGenerator) -> [MapStep] {
        var steps: [MapStep] = []
        var written = sources
        let operations = Self.exact.filter { $0.computes(in: compute) }
        for _ in 0..<random.int(sources == 0 ? 1...4 : 0...6) {
            let result = written > 0 && random.int(0...3) == 0 ? random.int(0...written - 1) : written
            switch written == 0 ? random.int(0...1) : random.int(0...9) {
            case 0: steps.append(MapStep(indexAlong: random.int(0...7), result: result))
            case 1:
                let constant = random.int(-3...3)
                steps.append(
                    compute == .int64
                        ? MapStep(integerConstant: Int64(constant), result: result)
                        : MapStep(constant: Double(constant) / 2, result: result))
            default:
                steps.append(
                    MapStep(
                        operations.randomElement(using: &random)!, first: random.int(0...written - 1),
                        second: random.int(0...written - 1), third: random.int(0...written - 1), result: result))
            }
            written = max(written, result + 1)
        }
        return steps
    }

    @Test(arguments: InstructionSet.available)
    func randomProgramsAgreeWithPlainLoops(set: InstructionSet) throws {
        for seed in 0..<1500 {
            var random = SeededGenerator(seed: seed)
            let loops = RandomLoops(&random, limit: seed % 5 == 0 ? 3000 : 200)
            let samples = random.int(1...3)
            let compute = ComputeType.allCases[seed % 3]
            let sources = random.int(0...(seed % 4 == 0 ? 8 : 3))
            let steps = program(compute, sources: sources, &random)
            func type() -> StoredType {
                random.int(0...1) == 0 ? compute.stored : StoredType.allCases.randomElement(using: &random)!
            }
            let (strides, sampleStride) = loops.apart(&random)
            let types = (0..<sources).map { _ in type() }
            let resultType = type()
            var access = (0..<sources).map { _ in loops.shared(&random) }
            // The destination may be a source.
            let isInPlace = sources > 0 && types[0] == resultType && random.int(0...1) == 0
            if isInPlace { access[0] = (strides, sampleStride) }
            var parameters = MapParameters(
                extents: eight(loops.extents), computeType: compute, sourceCount: sources, stepCount: steps.count,
                destination: MapOperand(type: resultType, strides: eight(strides), sampleStride: sampleStride))
            withUnsafeMutableBytes(of: &parameters.sources) { bytes in
                for source in 0..<sources {
                    bytes.assumingMemoryBound(to: MapOperand.self)[source] = MapOperand(
                        type: types[source], strides: eight(access[source].strides),
                        sampleStride: access[source].sampleStride)
                }
            }
            let bytes = plainBytes(parameters, steps)
            let definition = try MapInstruction(ParameterBytes(bytes), lanes: set.lanes)
            let extents = definition.operands(samples: samples)
            let inputs = (0..<sources).map { GuardedBytes(extents[$0].bytes) }
            for source in 0..<sources {
                let size = types[source].bytes
                inputs[source].randomize(
                    types[source], extents[source].bytes.lowerBound / size..<extents[source].bytes.upperBound / size,
                    &random)
            }
            let result = isInPlace ? inputs[0] : GuardedBytes(extents[sources].bytes)
            var expected: [Int: StoredElement] = [:]
            for sample in 0..<samples {
                loops.forEach { index in
                    var registers = [StoredElement](repeating: compute == .int64 ? .integer(0) : .number(0), count: 16)
                    for source in 0..<sources {
                        let place = sample * access[source].sampleStride + offset(index, access[source].strides)
                        registers[source] = inputs[source].element(place, types[source])
                            .loaded(from: types[source], in: compute)
                    }
                    var last = registers[0]
                    for step in steps {
                        last = computed(step, registers, index, compute)
                        registers[Int(step.result)] = last
                    }
                    expected[sample * sampleStride + offset(index, strides)] = last.stored(as: resultType)
                }
            }
            let before = result.bytes
            set.run(.map, inputs + [result], bytes, samples: samples, "seed \(seed)")
            let wrong = expected.first { !result.element($0.key, resultType).isSame(as: $0.value) }
            #expect(
                wrong == nil,
                "seed \(seed): \(wrong.map { "\(result.element($0.key, resultType)) at \($0.key)" } ?? ""), \(steps)")
            let after = result.bytes
            let untouched = before.indices.allSatisfy {
                let place = (extents[sources].bytes.lowerBound + $0) / resultType.bytes
                let floor =
                    (extents[sources].bytes.lowerBound + $0) < 0
                        && (extents[sources].bytes.lowerBound + $0) % resultType.bytes != 0 ? place - 1 : place
                return expected[floor] != nil || before[$0] == after[$0]
            }
            #expect(untouched, "seed \(seed) wrote between elements")
            if wrong != nil { return }
        }
    }
}
