import ApusData
import ApusFiles
import ApusGraph
import ApusJSON
import Glibc
import ONNXSchema
import ONNXTestSupport
import TestSupport
import Testing

/// The tools with ONNX files.
@Suite struct ONNXToolTests {
    private let folder = TestFolder()

    /// Adds 10 and 20 to two numbers.
    private func adding() throws -> String {
        let model = ModelProto(
            [NodeProto("Add", ["x", "w"], ["y"])], inputs: [.tensor("x", [1, 2])],
            initializers: [TensorProto("w", [2], floats: [10, 20])])
        return try folder.write("adding.onnx", model.bytes)
    }

    /// Ten classes of images of 28 × 28, one at a time.
    private func classifier() throws -> String {
        let weights = (0..<7840).map { Float(($0 * 37) % 101 - 50) / 5000 }
        let model = ModelProto(
            [
                NodeProto("Flatten", ["image"], ["flat"], [.int("axis", 1)]),
                NodeProto("Gemm", ["flat", "w", "b"], ["logits"]), NodeProto("Softmax", ["logits"], ["y"]),
            ], inputs: [.tensor("image", [1, 1, 28, 28])],
            initializers: [
                TensorProto("w", [784, 10], floats: weights),
                TensorProto("b", [10], floats: .init(repeating: 0, count: 10)),
            ])
        return try folder.write("classifier.onnx", model.bytes)
    }

    /// Two nodes that can't be taken.
    private func unknown() throws -> String {
        let model = ModelProto([
            NodeProto("Wobble", ["x"], ["a"], name: "first"), NodeProto("Relu", ["x"], ["b"], [.int("colour", 1)]),
            NodeProto("Add", ["a", "b"], ["y"]),
        ])
        return try folder.write("unknown.onnx", model.bytes)
    }

    @Test func anONNXFileIsAskedThroughTheCompiler() throws {
        let scratch = folder.file("scratch")
        try makeFolder(scratch)
        try NPY<Float>(shape: [3, 2], elements: [1, 2, 3, 4, 5, 6]).write(to: folder.file("x.npy"))
        let arguments = [
            try adding(), "--batch-dimension", "0", "--input", "x=\(folder.file("x.npy"))", "--output",
            "y=\(folder.file("y.npy"))",
        ]
        let result = try Tool.run("apus-infer", arguments, environment: ["TMPDIR": scratch])
        #expect(result.status == 0 && result.error == "", "\(result.error)")
        #expect(try NPY<Float>.read(folder.file("y.npy")).elements == [11, 22, 13, 24, 15, 26])
        #expect(TestFolder.names(in: scratch).filter { !$0.hasPrefix(".") }.isEmpty)
    }

    @Test func whatTheCompilerSaysIsTheToolsOwnError() throws {
        let scratch = folder.file("scratch")
        try makeFolder(scratch)
        let file = try unknown()
        let result = try Tool.run("apus-infer", [file, "--benchmark"], environment: ["TMPDIR": scratch])
        expectFailure(
            result, "apus-infer: error: \(file): 3 of its 3 nodes can't be taken, for 2 reasons",
            "\n  first (Wobble): there is no such operator here in version 17",
            "\n  b (Relu): has the attribute 'colour', which is not known here")
        #expect(TestFolder.names(in: scratch).filter { !$0.hasPrefix(".") }.isEmpty)
        expectFailure(
            try Tool.run("apus-infer", [try adding(), "--benchmark", "--batch-dimension", "1"]), status: 64,
            "only the first dimension can be the batch: give 0")
        expectFailure(
            try Tool.run("apus-infer", [folder.file("none.onnx"), "--benchmark"]), "can't open it: No such file")
        expectFailure(
            try Tool.run("apus-infer", [try adding(), "--benchmark", "--until", "z"]),
            "has no value with the name 'z'; did you mean 'y'? dump-graph shows the names of all")
        expectFailure(
            try Tool.run("apus-infer", ["a.apus", "--benchmark", "--set", "n=2"]), status: 64, "--set is for ONNX files"
        )
    }

    @Test func withoutACompilerItIsSaidWhatToDo() throws {
        let alone = try folder.write("apus-infer", try readFile(Tool.path(of: "apus-infer")))
        chmod(alone, 0o755)
        let root = String(repeating: "../", count: 40)
        let result = try Tool.run(root + alone, [try adding(), "--benchmark"], environment: ["PATH": "/nowhere"])
        expectFailure(
            result, "is an ONNX file, which apus-compile reads, and there is none beside apus-infer or in PATH")
    }

    @Test func compileListsAllFailures() throws {
        let file = try unknown()
        expectFailure(
            try Tool.run("apus-compile", [file]), "\(file): 3 of its 3 nodes can't be taken, for 2 reasons", "(Wobble)",
            "'colour'")
        expectFailure(
            try Tool.run("apus-compile", [try adding(), "--set", "size=3"]),
            "has no dimension with the name 'size'; all have numbers")
        expectFailure(
            try Tool.run(
                "apus-compile", [try folder.write("small.graph", SmallModels.spec), "--batch-dimension", "0"]),
            status: 64, "--batch-dimension is for ONNX files")
    }

    @Test func coverageIsATable() throws {
        let file = try unknown()
        let result = try Tool.run("dump-graph", [file, "--coverage"])
        #expect(result.status == 0 && result.error == "", "\(result.error)")
        #expect(
            result.output == """
                operator  nodes
                Relu          1  has the attribute 'colour', which is not known here
                Wobble        1  there is no such operator here in version 17
                Add           1  is taken

                3 of 3 nodes can't be taken, or read what these would make.

                """, "\(result.output)")
        let json = try Tool.run("dump-graph", [file, "--coverage", "--json"]).json()
        #expect(json["nodes"] == 3 && json["affected"] == 3)
        #expect(try Tool.run("dump-graph", [try adding(), "--coverage"]).output.contains("All 1 nodes are taken."))
        expectFailure(
            try Tool.run("dump-graph", [try folder.write("small.graph", SmallModels.spec), "--coverage"]), status: 64,
            "--coverage is for ONNX files")
    }

    @Test func graphsAreShown() throws {
        let result = try Tool.run("dump-graph", [try adding(), "--batch-dimension", "0"])
        #expect(result.output.contains("input x: f32[N, 2]"), "\(result.output)\(result.error)")
        #expect(result.output.contains("output y: f32[N, 2] = add(x, w)"), "\(result.output)")
    }

    @Test func anONNXFileIsExportedEvaluatedAndTrained() throws {
        let file = try classifier()
        let output = folder.file("classifier.apus")
        let open = ["--batch-dimension", "0"]
        let exported = try Tool.run("apus-export", [file, "-o", output] + open)
        #expect(exported.status == 0, "\(exported.error)")
        let data = ["--data", "digits", "--digits-count", "300"]
        let first = try Tool.run("apus-evaluate", [file, "--json"] + data + open)
        #expect(first.status == 0, "\(first.error)")
        #expect(try first.json()["loss"] == Tool.run("apus-evaluate", [output, "--json"] + data).json()["loss"])
        let run = folder.file("run")
        let recipe = ["--held-out", "60", "--epochs", "1", "--batch", "32", "--out", run]
        let trained = try Tool.run("apus-train", [file] + data + recipe + open)
        #expect(trained.status == 0, "\(trained.error)")
        let best = try ModelFile.decode(try readFile("\(run)/best.apus"))
        #expect(best.weights.values.contains { $0.count == 7840 })
        #expect(best.weights != (try ModelFile.decode(try readFile(output))).weights)
    }
}
