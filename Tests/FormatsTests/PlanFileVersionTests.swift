import ApusInstructions
import ApusPlan
import ApusRuntime
import TestSupport
import Testing

/// Plan files of each version that is still read: they are what they were, and give the answers that they gave.
@Suite("Versions of plan files")
struct PlanFileVersionTests {
    private static let folder = "plan/12.0"
    /// Plans of one model for each target, and a training step with batch norm. A file once written stays.
    private static let files = ["arm64.plan", "training.plan", "x86-64-v3.plan", "x86-64-v4.plan", "x86-64.plan"]

    /// What the model answers to ``image``.
    private static let answer: [Float] = [0.22890927, 0.23813087, 0.24938248, 0.2835774]

    /// Models of bytes and of bf16: the version that brought their instructions, these, and what they answer to the image.
    private static let ofFewBits: [(version: String, instructions: Set<Opcode>, answer: [Float])] = [
        (
            "12.1", [.quantizedConvolution, .quantizedDepthwise, .convertImage, .fillBorder],
            [0.28641304, 0.29860362, 0.15687872, 0.25810462]
        ),
        (
            "12.2", [.quantizedMaxPool, .quantizedAveragePool, .quantizedAdd, .byteTable, .blockDense],
            [0.22962672, 0.3523321, 0.18513341, 0.23290773]
        ),
        (
            "12.3", [.bfloat16Convolution, .bfloat16MaxPool, .convertImage],
            [0.45013437, 0.14467755, 0.2745449, 0.13064319]
        ),
        ("12.4", [.integerConvolution, .quantizedWinograd], [0.44307706, 0.54259944, 0.010241869, 0.0040816166]),
        ("12.5", [.quantizedWinograd], [0.11458906, 0.43296158, 0.2985548, 0.15389454]),
    ]

    private static let image = (0..<64).map { Float(($0 * 37) % 64) / 64 }

    @Test func holdWhatTheyHeld() throws {
        for target in Target.allCases {
            let plan = try PlanFile.decode(Fixture.bytes("\(Self.folder)/\(target.rawValue).plan"))
            #expect(plan.name == "tiny" && plan.target == target && plan.batchBound == 1)
            #expect(plan.inputs == [Port(name: "image", elementType: .f32, sampleShape: [1, 8, 8])])
            #expect(
                plan.outputs == [
                    Port(name: "probabilities", elementType: .f32, sampleShape: [4], meaning: .probabilities)
                ])
            #expect(plan.labels == ["a", "b", "c", "d"] && plan.preparation == [.init(name: "scale", value: "255")])
            #expect(plan.stateBytes == 0 && plan.prologue.isEmpty && plan.epilogue.isEmpty && !plan.body.isEmpty)
        }
        let plan = try PlanFile.decode(Fixture.bytes("\(Self.folder)/training.plan"))
        #expect(plan.name == "tiny" && plan.target == .baseline && !plan.combinations.isEmpty)
        #expect(plan.constants.count == 4 && plan.slices.contains { $0.kind == .firstMoment })
    }

    /// Those of the targets that this processor runs.
    @Test(arguments: Processor.targets)
    func answerWhatTheyAnswered(target: Target) throws {
        var session = try Session(PlanFile.decode(Fixture.bytes("\(Self.folder)/\(target.rawValue).plan")))
        var answer = [Float](repeating: -1, count: 4)
        var room = answer.mutableSpan
        try session.run(Self.image.span, into: &room)
        for (given, expected) in zip(answer, Self.answer) { #expect(abs(given - expected) < 1e-6, "\(answer)") }
    }

    /// What is read of the files of today's version is written as it was: a change of the encoding needs a new version and
    /// files of it.
    @Test func whatIsWrittenIsOfTheNewestVersion() throws {
        let folder = "plan/\(PlanFile.format.version)"
        let names = Fixture.names(folder)
        try #require(!names.isEmpty, "there is no file of version \(PlanFile.format.version) in Tests/Fixtures/plan")
        for name in names {
            let bytes = try Fixture.bytes("\(folder)/\(name)")
            #expect(
                try PlanFile.encode(PlanFile.decode(bytes)) == bytes,
                "\(name): the encoding changed; raise the version, and add files to Tests/Fixtures/plan")
        }
    }

    @Test(arguments: Processor.targets)
    func plansOfFewBitsAnswerWhatTheyAnswered(target: Target) throws {
        for (version, instructions, right) in Self.ofFewBits {
            let plan = try PlanFile.decode(Fixture.bytes("plan/\(version)/\(target.rawValue).plan"))
            #expect(instructions.isSubset(of: plan.body.map(\.opcode)), "\(version)")
            var session = try Session(plan)
            var answer = [Float](repeating: -1, count: 4)
            var room = answer.mutableSpan
            try session.run(Self.image.span, into: &room)
            for (given, expected) in zip(answer, right) {
                #expect(abs(given - expected) < 1e-6, "\(version): \(answer)")
            }
        }
    }

    @Test func noFileIsForgotten() {
        #expect(
            Fixture.names("plan") == ["12.0", "12.1", "12.2", "12.3", "12.4", "12.5"]
                && Fixture.names(Self.folder) == Self.files)
        for (version, _, _) in Self.ofFewBits {
            #expect(Fixture.names("plan/\(version)") == Self.files.filter { $0 != "training.plan" })
        }
    }

    /// An instruction's number never changes its meaning: those that a file may hold are these.
    @Test func numbersOfInstructionsStay() throws {
        let text = String(decoding: try Fixture.bytes("opcodes.txt"), as: UTF8.self)
        let known = text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        let now = InstructionCatalogue.all.map { [String($0.opcode.rawValue), $0.definition.name] }
        for line in known { #expect(now.contains(line), "instruction \(line) is stored in files, and must stay") }
        for line in now { #expect(known.contains(line), "add instruction \(line) to Tests/Fixtures/opcodes.txt") }
    }
}
