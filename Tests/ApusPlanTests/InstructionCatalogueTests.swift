import ApusInstructions
import ApusPlan
import InstructionSamples
import TestSupport
import Testing

@Suite("The catalogue of instructions")
struct InstructionCatalogueTests {
    @Test func numbersAndNamesAreOnceOnly() {
        let kinds = InstructionCatalogue.all
        #expect(Set(kinds.map { $0.opcode }).count == kinds.count)
        #expect(Set(kinds.map { $0.definition.name }).count == kinds.count)
        for kind in kinds {
            #expect(kind.definition.opcode == kind.opcode, "\(kind.definition.name)")
            #expect(InstructionCatalogue.definition(of: kind.opcode) == kind.definition, "\(kind.definition.name)")
            #expect("\(kind.opcode)" == kind.definition.name)
        }
        #expect(InstructionCatalogue.definition(of: Opcode(rawValue: 0)) == nil)
        #expect(InstructionCatalogue.definition(of: Opcode(rawValue: .max)) == nil)
        #expect("\(Opcode(rawValue: 3))" == "instruction 3")
    }

    @Test(arguments: SampleInstruction.all) func samplesAreRight(sample: SampleInstruction) throws {
        let one = try #require(try? sample.definition()).operands(samples: 1)
        let three = try sample.definition().operands(samples: 3)
        #expect(one.count <= InstructionCatalogue.operandLimit)
        #expect(one.map(\.name) == three.map(\.name) && one.map(\.access) == three.map(\.access))
        for (first, last) in zip(one, three) {
            #expect(last.bytes.lowerBound <= first.bytes.lowerBound && first.bytes.upperBound <= last.bytes.upperBound)
        }
        for partition in try sample.definition().partitions { try checkParts(sample, partition) }
        for candidate in try sample.definition().candidates {
            #expect(try sample.definition(candidate.parameters).operands(samples: 3) == three)
        }
    }

    /// All units are the instruction itself, and each part of it stays inside of what the instruction touches.
    private func checkParts(_ sample: SampleInstruction, _ partition: Partition) throws {
        let whole = partition.part(0..<partition.units)
        #expect(whole.parameters == sample.parameters && whole.offsets.allSatisfy { $0 == 0 })
        for samples in [1, 3] {
            let all = try sample.definition().operands(samples: samples)
            for units in [0..<1, partition.units - 1..<partition.units, partition.units / 2..<partition.units] {
                let part = partition.part(units)
                let own = try sample.definition(part.parameters).operands(samples: samples)
                #expect(own.map(\.name) == all.map(\.name) && part.offsets.count >= all.count)
                for (index, operand) in own.enumerated() where !operand.bytes.isEmpty {
                    let start = operand.bytes.lowerBound + part.offsets[index]
                    let end = operand.bytes.upperBound + part.offsets[index]
                    #expect(
                        all[index].bytes.lowerBound <= start && end <= all[index].bytes.upperBound,
                        "the \(operand.name) of \(partition.axis) \(units)")
                }
            }
        }
    }

    @Test func everyKindHasASample() {
        let kinds = Set(SampleInstruction.all.map(\.opcode))
        #expect(InstructionCatalogue.all.filter { !kinds.contains($0.opcode) }.map { $0.definition.name } == [])
    }

    /// Whatever a field holds, the instruction is refused, or says what it touches in numbers that an arena's size can be
    /// compared with.
    @Test(arguments: SampleInstruction.all) func everyFieldHasARule(sample: SampleInstruction) {
        let extremes: [Int32] = [
            0, 1, -1, 2, 255, 1 << 16, 1 << 30, .min, .min + 1, .max, .max - 1, 0x7fc0_0000, 0x7f80_0000,
        ]
        for field in 0..<sample.parameters.count / 4 {
            for value in extremes {
                var parameters = sample.parameters
                parameters.replaceSubrange(4 * field..<4 * field + 4, with: bytes(of: value.littleEndian))
                guard let definition = try? sample.definition(parameters) else { continue }
                checkNumbers(definition, "\(sample), field \(field) is \(value)")
                checkCuts(sample, definition, "\(sample), field \(field) is \(value)")
            }
        }
        for count in 0..<sample.parameters.count {
            #expect(throws: ParameterError.self, "\(sample), \(count) bytes") {
                try sample.definition(Array(sample.parameters.prefix(count)))
            }
        }
    }
}

@Suite("Several fields of an instruction at once")
struct CombinedFieldTests {
    /// What no field does by itself, several may do together.
    @Test(arguments: SampleInstruction.all) func severalFieldsHaveARule(sample: SampleInstruction) {
        let seed: UInt64 = 12
        var random = SplitMix64(seed: seed)
        let extremes: [Int32] = [0, 1, -1, 2, 3, 1 << 16, 1 << 29, 1 << 30, .min, .max, .max - 1]
        for number in 0..<1500 {
            var parameters = sample.parameters
            for _ in 0..<2 + random.next() % 4 {
                let field = Int(random.next() % UInt64(parameters.count / 4))
                let value = extremes[Int(random.next() % UInt64(extremes.count))]
                parameters.replaceSubrange(4 * field..<4 * field + 4, with: bytes(of: value.littleEndian))
            }
            guard let definition = try? sample.definition(parameters) else { continue }
            checkNumbers(definition, "\(sample), seed \(seed), number \(number)")
            checkCuts(sample, definition, "\(sample), seed \(seed), number \(number)")
        }
    }
}

/// What a definition says is in numbers that an arena's size and a limit of steps can be compared with.
private func checkNumbers(_ definition: any InstructionDefinition, _ comment: Comment) {
    for samples in [1, 3, 1 << 24, 1 << 48] {
        for operand in definition.operands(samples: samples) {
            #expect(
                operand.bytes.lowerBound >= -(1 << 54) && operand.bytes.upperBound <= 1 << 54
                    && [1, 2, 4, 8].contains(operand.elementBytes), "\(operand): \(comment)")
        }
        #expect(definition.steps(samples: samples) ?? 0 >= 0, comment)
        #expect(definition.multiplyAdds(samples: samples) ?? 0 >= 0, comment)
        #expect(definition.bytesWritten(samples: samples) ?? 0 >= 0, comment)
    }
    _ = definition.choice
    _ = definition.candidates
}

/// What is small enough to be run can be cut without a number that doesn't fit; and the parts stay inside of the whole.
private func checkCuts(
    _ sample: SampleInstruction, _ definition: any InstructionDefinition, _ comment: Comment
) {
    let whole = definition.operands(samples: 1)
    let instruction = Instruction(sample.opcode, operands: [], parameters: [], label: "")
    guard
        instruction.steps(definition, samples: 1) <= Plan.stepLimit,
        whole.allSatisfy({ $0.bytes.lowerBound > -(1 << 48) && $0.bytes.upperBound < 1 << 48 })
    else { return }
    for partition in definition.partitions where partition.units > 1 {
        for units in [0..<1, partition.units - 1..<partition.units] {
            let part = partition.part(units)
            guard let own = try? sample.definition(part.parameters).operands(samples: 1) else {
                Issue.record("a part is refused: \(comment)")
                continue
            }
            for (index, operand) in own.enumerated() where !operand.bytes.isEmpty {
                if operand.isOptional && partition.absent == index { continue }
                let start = operand.bytes.lowerBound + part.offsets[index]
                let end = operand.bytes.upperBound + part.offsets[index]
                #expect(
                    whole[index].bytes.lowerBound <= start && end <= whole[index].bytes.upperBound,
                    "the \(operand.name) of \(partition.axis) \(units): \(comment)")
            }
        }
    }
}

extension SampleInstruction: CustomTestStringConvertible {
    package var testDescription: String { description }
}
