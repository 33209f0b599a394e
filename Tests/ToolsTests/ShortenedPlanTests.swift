import ApusFiles
import Glibc
import TestSupport
import Testing

/// A plan that is cut short while apus-infer answers with it.
@Suite struct ShortenedPlanTests {
    private let folder = TestFolder()

    /// A network with so many weights between its two layers.
    private func plan(hidden: Int) throws -> String {
        let spec = """
            model wide
            input x: f32[N, 4]
            first = dense(x, units: \(hidden))
            second = dense(first, units: \(hidden))
            output y = dense(second, units: 2)
            """
        let plan = folder.file("wide.plan")
        let model = try folder.write("wide.apus", try SmallModels.file(spec, labels: []))
        try #require(try Tool.run("apus-compile", [model, "-o", plan]).status == 0)
        return plan
    }

    private static let sample = [UInt8](repeating: 0, count: 16)

    @Test func aLargeOneEndsWithAnError() throws {
        let plan = try plan(hidden: 800)
        try #require(try readFile(plan).count > 2 << 20)
        let tool = try RunningTool("apus-infer", [plan, "--raw"])
        try tool.send(Self.sample)
        #expect(tool.receive(8).count == 8)
        #expect(truncate(plan, 1 << 16) == 0)
        try tool.send(Self.sample)
        #expect(tool.receive(8).isEmpty)
        let end = try tool.finish()
        #expect(end.status == 1)
        #expect(
            end.error == "apus-infer: error: \(plan): was cut short while its constants were used, so that the last "
                + "answers are wrong; copy or compile it again, and replace such files by renaming others\n")
    }

    /// A program in C is told of it where it asked for that, and ended by the system elsewhere.
    @Test func inC() throws {
        let program = try CProgram("Tests/CPrograms/shortened.c")
        let whole = try readFile(try plan(hidden: 800))
        let plan = try folder.write("c.plan", whole)
        let result = try program.run([plan])
        #expect(result.status == 0, "\(result.error)")
        #expect(
            result.output == "2 \(plan): was cut short while its constants were used, so that the last "
                + "answers are wrong; copy or compile it again, and replace such files by renaming others\n")

        let uncaught = try program.run([try folder.write("c.plan", whole), "--uncaught"])
        #expect(uncaught.status != 0)
        #expect(uncaught.output == "")
    }

    @Test func aSmallOneIsACopy() throws {
        let plan = try plan(hidden: 64)
        let tool = try RunningTool("apus-infer", [plan, "--raw"])
        try tool.send(Self.sample)
        let answer = tool.receive(8)
        #expect(truncate(plan, 0) == 0)
        try tool.send(Self.sample)
        #expect(tool.receive(8) == answer && answer.count == 8)
        #expect(try tool.finish().status == 0)
    }
}
