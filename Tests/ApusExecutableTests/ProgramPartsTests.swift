import ApusExecutable
import Testing

@Suite("Parts of a program that a plan can do without")
struct ProgramPartsTests {
    private let text = """
        part Dense 1000 2000
        part Softmax 2010 3000
        part Shared 3008 4000
        part Softmax 9000 9100
        part Reduce 4200 5000
        needs Dense Shared
        needs Shared Dense
        opcode 7 Dense
        opcode 8 Softmax
        opcode 9 Reduce
        """

    @Test("are those that no instruction's kernel needs")
    func unneeded() throws {
        let parts = try ProgramParts(text, name: "sample.parts")
        #expect(try parts.unneeded(for: [7, 9]) == [2010..<3000, 9000..<9100])
        #expect(try parts.unneeded(for: [8]) == [1000..<2000, 3008..<4000, 4200..<5000])
        #expect(try parts.unneeded(for: [7, 8, 9]).isEmpty)
    }

    @Test("are one where only what aligns them lies between them")
    func merged() throws {
        #expect(
            try ProgramParts(text, name: "sample.parts").unneeded(for: []) == [1000..<4000, 4200..<5000, 9000..<9100])
    }

    @Test("are refused where a line is of something else, and where an instruction has no kernel")
    func errors() throws {
        #expect(throws: ExecutableError("x: line 2 is not of a list of parts; build it again")) {
            try ProgramParts("part A 1 2\npart B 3 2", name: "x")
        }
        let parts = try ProgramParts(text, name: "x")
        #expect(throws: ExecutableError("the program has no kernel for instruction 10; build it again")) {
            try parts.unneeded(for: [10])
        }
    }
}
