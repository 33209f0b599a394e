import Apus
import ApusFiles
import ApusInstructions
import ApusPlan
import Glibc
import TestSupport
import Testing

/// A plan whose file is cut short while it is mapped gives errors, where the program asked for them.
@Suite("Plans that are cut short")
struct ShortenedFileTests {
    private let folder = TestFolder()

    /// A plan that answers its constants.
    private func plan(constants count: Int) -> Plan {
        var plan = Plan(name: "answers", target: Processor.targets[0], batchBound: 1, microBatch: 1)
        plan.outputs = [Port(name: "y", elementType: .f32, sampleShape: [count], isShared: true)]
        let number: [UInt8] = [0, 0, 0xC0, 0x3F]
        plan.constants = AlignedBytes((0..<4 * count).map { number[$0 % 4] })
        plan.body = [
            Instruction(
                .padVector, operands: [Operand(.constants), Operand(.output)],
                parameters: ParameterBytes(PadVectorParameters(count: count, paddedCount: count)).bytes, label: "y")
        ]
        return plan
    }

    private func answer(_ session: inout Session) throws -> [Float] {
        try session.run([:])["y"]?.elements(as: Float.self) ?? []
    }

    @Test func aLargeOneGivesAnError() throws {
        Plan.catchShortenedFiles()
        let count = 1 << 19
        let path = folder.file("large.plan")
        try plan(constants: count).write(to: path)
        let plan = try Plan(contentsOf: path)
        #expect(plan.constants.isMapped && plan.constants.fileCutShort == nil)
        var session = try Session(plan)
        #expect(try answer(&session).allSatisfy { $0 == 1.5 })
        #expect(truncate(path, 1 << 16) == 0)
        let error = #expect(throws: SessionError.self) { try answer(&session) }
        #expect(
            error?.description == "\(path): was cut short while its constants were used, so that the last answers are "
                + "wrong; copy or compile it again, and replace such files by renaming others")
        // Nothing heals it.
        #expect(throws: SessionError.fileCutShort(path: path)) { try answer(&session) }
        // Who comes later sees a file that is too short.
        let late = #expect(throws: LoadingError.self) { try Plan(contentsOf: path) }
        #expect(late?.description.hasPrefix("\(path): the plan file is truncated: ") == true)
    }

    @Test func oneThatIsCutWhileItIsReadIsRefused() throws {
        Plan.catchShortenedFiles()
        let path = folder.file("large.plan")
        try plan(constants: 1 << 19).write(to: path)
        let file = try #require(try MappedFile(path))
        #expect(truncate(path, 0) == 0)
        #expect(throws: PlanFileError.cutShort) { try PlanFile.decode(file) }
        #expect(
            PlanFileError.cutShort.description
                == "the plan file was cut short while it was read; copy or compile it again, and replace such files by "
                + "renaming others")
    }

    /// A copy has its bytes, whatever becomes of the file.
    @Test func aSmallOneIsCopied() throws {
        let path = folder.file("small.plan")
        try plan(constants: 1 << 12).write(to: path)
        let plan = try Plan(contentsOf: path)
        #expect(!plan.constants.isMapped)
        #expect(truncate(path, 0) == 0)
        var session = try Session(plan)
        #expect(try answer(&session) == Array(repeating: 1.5, count: 1 << 12))
    }
}
