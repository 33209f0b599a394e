import ApusInstructions
import ApusPlan
import ApusSections
import Testing

@Suite("The plan file")
struct PlanFileTests {
    private let plan = samplePlan()

    private func message(_ bytes: [UInt8]) -> String {
        do {
            _ = try PlanFile.decode(bytes)
            return "decoded"
        } catch {
            return error.description
        }
    }

    @Test func decodeGivesWhatWasEncoded() throws {
        #expect(try PlanFile.decode(PlanFile.encode(plan)) == plan)
        let empty = Plan(name: "", target: .arm64, batchBound: 1, microBatch: 1)
        #expect(try PlanFile.decode(PlanFile.encode(empty)) == empty)
        #expect(PlanFile.encode(plan) == PlanFile.encode(plan))
    }

    @Test func constantsCanBeUsedInPlace() throws {
        let file = PlanFile.encode(plan)
        let contents = try PlanFile.decode(mapped: file.span.bytes)
        #expect(contents.constants.lowerBound % 64 == 0)
        #expect(Array(file[contents.constants]) == Array(plan.constants))
        #expect(contents.plan.constants.isEmpty)
    }

    @Test func errorsSayWhatIsWrong() {
        let file = PlanFile.encode(plan)
        #expect(message([]) == "this is not a plan file; make one with apus-compile")
        #expect(message(Array("model mnist_cnn\n".utf8)) == "this is not a plan file; make one with apus-compile")

        var other = file
        other[8] = 13
        #expect(
            message(other)
                == "the plan file was made for version 13 of the format, this program reads version 12: compile the model again"
        )
        #expect(
            message(Array(file.prefix(20)))
                == "the plan file is truncated: 4 more bytes are needed at byte 16, in the header; copy or compile it again"
        )
        #expect(
            message(Array(file.dropLast(100)))
                == "the plan file is truncated: 100 more bytes are needed at byte \(file.count - 100), in the sections; "
                + "copy or compile it again")
        #expect(
            message(file + [0]) == "the plan file is damaged: bytes follow the end of the plan, at byte \(file.count); "
                + "compile it again")
        var damaged = file
        damaged[file.count - 1] ^= 4
        #expect(
            message(damaged)
                == "the plan file is damaged: the checksum of its constants differs; copy or compile it again")
        damaged = file
        damaged[130] ^= 1
        #expect(
            message(damaged)
                == "the plan file is damaged: the checksum of its description differs; copy or compile it again")
        damaged = file
        damaged[40] ^= 1
        #expect(
            message(damaged) == "the plan file is damaged: the table's entry for the description is wrong, at byte 32; "
                + "compile it again")
        damaged = file
        damaged[24] ^= 1
        #expect(
            message(damaged)
                == "the plan file is damaged: the checksum of its header differs; copy or compile it again")
    }

    @Test func constantsAreReadOnlyIfAsked() throws {
        var file = PlanFile.encode(plan)
        file[file.count - 1] ^= 4
        #expect(throws: PlanFileError.checksumDiffers(part: "constants")) {
            try PlanFile.decode(mapped: file.span.bytes)
        }
        _ = try PlanFile.decode(mapped: file.span.bytes, checkingConstants: false)
    }

    /// What a newer minor version may have: it is named, and is no damage.
    @Test func whatIsNotKnownIsNamed() {
        func message(_ change: (inout Plan) -> Void) -> String {
            var other = plan
            change(&other)
            return self.message(PlanFile.encode(other))
        }
        let remedy =
            ", which this program doesn't know; use a newer version of apus, or compile the model again with this one"
        #expect(
            message { $0.body[0].opcode = Opcode(rawValue: 60_000) } == "the plan file has the instruction 60000"
                + remedy)
        var file = PlanFile.encode(plan)
        // The name of the target, "x86-64", follows that of the plan, which has six letters too.
        file.replaceSubrange(150..<156, with: Array("vax-11".utf8))
        sealAgain(&file)
        #expect(self.message(file) == "the plan file has the target 'vax-11'" + remedy)
        file = PlanFile.encode(plan)
        file[32 + 32 * 2] = 4
        sealAgain(&file)
        #expect(self.message(file) == "the plan file has section 4" + remedy)
        file[32 + 32 * 2 + 4] = 1
        sealAgain(&file)
        #expect(
            self.message(file)
                == "the plan file is damaged: the section with the constants is missing, at byte 12; compile it again")
    }

    @Test func aNewerMinorVersionIsRead() throws {
        var file = PlanFile.encode(plan)
        file[10] = 7
        sealAgain(&file)
        #expect(try PlanFile.decode(file) == plan)
    }

    @Test func aPlanThatLeavesItsMemoryIsRefused() {
        var unsafe = plan
        unsafe.buffers = []
        unsafe.activationBytes = 3599
        #expect(
            message(PlanFile.encode(unsafe))
                == "the plan file can't be run: instruction 3 of the body, dense for logits: the destination is bytes "
                + "3456 ..< 3600 of the activations arena, which has 3599")
    }

    @Test func everyTruncationIsAnError() {
        let file = PlanFile.encode(plan)
        for length in 0..<file.count {
            #expect(throws: PlanFileError.self, "\(length) bytes") { try PlanFile.decode(Array(file.prefix(length))) }
        }
    }

    @Test func everyFlippedBitIsAnError() {
        let file = PlanFile.encode(plan)
        for index in file.indices {
            var damaged = file
            damaged[index] ^= 1 << UInt8(index % 8)
            #expect(throws: PlanFileError.self, "byte \(index)") { try PlanFile.decode(damaged) }
        }
    }

    /// Damage whose checksums are right: nothing but the checks of each field stands against it.
    @Test(arguments: 0..<4)
    func hostileBytesNeverTrap(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(500 + seed))
        let file = PlanFile.encode(plan)
        let interesting: [UInt64] = [
            0, 1, 2, 3, 255, 1 << 16, 1 << 31, (1 << 31) - 1, 1 << 32, 1 << 47, 1 << 48, (1 << 48) + 1, 1 << 62,
            1 << 63,
            .max, .max - 1, 1 << 31 | 1 << 63,
        ]
        let end = try PlanFile.decode(mapped: file.span.bytes).constants.lowerBound
        var decoded = 0
        for _ in 0..<6_000 {
            var damaged = file
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let position = Int.random(in: 128..<end, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: damaged[position] = UInt8.random(in: 0...255, using: &generator)
                case 1: damaged[position] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
                default:
                    let word = interesting.randomElement(using: &generator) ?? 0
                    let width = Bool.random(using: &generator) ? 8 : 4
                    for index in 0..<min(width, end - position) {
                        damaged[position + index] = UInt8(truncatingIfNeeded: word >> UInt64(8 * index))
                    }
                }
            }
            sealAgain(&damaged)
            do {
                let other = try PlanFile.decode(damaged)
                decoded += 1
                // What is believed can be stored, and is then the same.
                #expect(try PlanFile.decode(PlanFile.encode(other)) == other, "seed \(seed)")
            } catch {
                #expect(!error.description.isEmpty)
            }
        }
        // Names and numbers that only people read may be anything.
        #expect(decoded > 100)
        #expect(decoded < 5_000)
    }

    /// Random bytes behind a right header and table.
    @Test func randomSectionsNeverTrap() {
        var generator = SeededGenerator(seed: 9)
        let file = PlanFile.encode(plan)
        for _ in 0..<500 {
            var damaged = file
            for index in 128..<600 where !Int.random(in: 0..<4, using: &generator).isMultiple(of: 4) {
                damaged[index] = UInt8.random(in: 0...3, using: &generator)
            }
            sealAgain(&damaged)
            _ = try? PlanFile.decode(damaged)
        }
    }

    /// Makes the checksums of a damaged file right, where its table still points into it.
    private func sealAgain(_ file: inout [UInt8]) {
        func number(_ offset: Int) -> Int { (0..<8).reduce(0) { $0 | Int(file[offset + $1]) << (8 * $1) } }
        func store(_ sum: UInt64, at offset: Int) {
            for index in 0..<8 { file[offset + index] = UInt8(truncatingIfNeeded: sum >> UInt64(8 * index)) }
        }
        for section in 0..<3 {
            let entry = 32 + 32 * section
            let (offset, length) = (number(entry + 8), number(entry + 16))
            store(checksum(Array(file[offset..<(offset + length)]).span.bytes), at: entry + 24)
        }
        store(checksum((Array(file[0..<24]) + Array(file[32..<128])).span.bytes), at: 24)
    }
}
