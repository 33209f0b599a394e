import ApusFiles
import TestSupport
import Testing

/// What the library says of calls that are wrong: a status, a text, and no end of the program.
@Suite struct CLibraryErrorTests {
    private let folder = TestFolder()

    @Test func wrongCallsAreErrors() throws {
        let model = try folder.write("small.apus", try SmallModels.file(SmallModels.spec))
        let plan = folder.file("small.plan")
        try #require(try Tool.run("apus-compile", [model, "-o", plan]).status == 0)
        let result = try CProgram("Tests/CPrograms/errors.c").run([plan, folder.path])
        #expect(result.status == 0 && result.error == "", "\(result.status) \(result.error)")
        let path = folder.path
        let expected = """
            open null path: 1 the path is NULL; give a text
            open bad text: 1 the path is not UTF-8; give a text that is
            open null plan: 1 plan is NULL; give the address of a variable for the result
            open missing: 2 \(path)/missing.plan: can't open it: No such file or directory; check the path
            open folder: 2 \(path): is a folder, not a file; name a file in it
            open null bytes: 1 there are no bytes at the address NULL; give the bytes of a file
            open no bytes: 3 the model is no plan, model, ONNX file or spec, or its start is damaged; compare it with where it came from
            open text: 3 words can't be used:
            words:1:1: error: 'modle' is no statement
            open garbage: 3 garbage is no plan, model, ONNX file or spec, or its start is damaged; compare it with where it came from
            open onnx: 3 file.onnx: is no ONNX file, or a broken one; compare it with where it came from
            open without text: 2
            options size: 1 the size of apus_plan_options is 0; set it to sizeof(apus_plan_options)
            options huge size: 1 the size of apus_plan_options is 18446744073709551615; set it to sizeof(apus_plan_options)
            options later: 0
            options unknown: 1 apus_plan_options asks for what this version of the library doesn't know; install a later one, or leave it zero
            options target: 1 there is no target 'z80'; choose one of x86-64, x86-64-v3, x86-64-v4, arm64
            """
        let lines = result.output.split(separator: "\n").map { line in
            line.last == " " ? String(line.dropLast()) : String(line)
        }
        for line in expected.split(separator: "\n") {
            #expect(lines.contains(String(line)), "\(line)\n\n\(result.output)")
        }
    }
}
