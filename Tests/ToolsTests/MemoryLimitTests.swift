import ApusData
import ApusFiles
import ApusGraph
import ONNXSchema
import ONNXTestSupport
import TestSupport
import Testing

/// `--memory-limit`: what a file asks for is refused before memory is taken for it.
@Suite struct MemoryLimitTests {
    private let folder = TestFolder()

    private func model() throws -> String { try folder.write("m.apus", try SmallModels.file(SmallModels.spec)) }

    private func image() throws -> String {
        try folder.write("x.pgm", Array("P5 28 28 255\n".utf8) + Array(repeating: 7, count: 784))
    }

    /// A gray PNG that says it is so large, and has no pixels.
    private func hugeImage() throws -> String {
        try folder.write(
            "huge.png",
            [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13] + Array("IHDR".utf8)
                + [0, 0, 0x1F, 0x40, 0, 0, 0x1F, 0x40, 8, 0, 0, 0, 0, 0x23, 0x9A, 0xF2, 0x28, 0, 0, 0, 8]
                + Array("IDAT".utf8)
                + [UInt8](repeating: 0, count: 12))
    }

    @Test func answersStayWhatTheyAre() throws {
        let arguments = [try model(), try image()]
        let free = try Tool.run("apus-infer", arguments)
        #expect(free.status == 0, "\(free.error)")
        let limited = try Tool.run("apus-infer", arguments + ["--memory-limit", "64M"])
        #expect(limited.status == 0, "\(limited.error)")
        #expect(limited.output == free.output)
    }

    @Test func imagesThatSayTheyAreLarge() throws {
        let result = try Tool.run("apus-infer", [try model(), try hugeImage(), "--memory-limit", "64M"])
        #expect(result.status == 1)
        #expect(
            result.error.contains("is an image of 8000 × 8000 pixels, more than the 16777216 that are read"),
            "\(result.error)")
    }

    @Test func filesOfWeights() throws {
        let model = try model()
        let size = try readFile(model).count
        for (tool, arguments) in [
            ("apus-infer", ["--benchmark"]), ("dump-graph", []), ("apus-compile", ["-o", folder.file("m.plan")]),
        ] {
            let result = try Tool.run(tool, [model] + arguments + ["--memory-limit", "\(size - 1)"])
            #expect(result.status == 1, "\(tool)")
            #expect(
                result.error.contains(
                    "m.apus: is larger than the \(size - 1) bytes that are read of such a file; "
                        + "raise the memory limit of \(size - 1) bytes"), "\(tool): \(result.error)")
        }
    }

    @Test func arenasOfASession() throws {
        let spec = try folder.write(
            "wide.graph",
            Array(
                """
                model wide
                input x: f32[N, 1, 1024, 1024]
                y = conv2d(x, filters: 32, kernel: [3, 3], padding: 1)
                output z = global_average_pool(y)
                """.utf8))
        let result = try Tool.run(
            "apus-infer", [spec, "--random-weights", "--benchmark", "--memory-limit", "64M"])
        #expect(result.status == 1)
        #expect(result.error.contains("more than the limit of 67108864; use a smaller batch"), "\(result.error)")
    }

    @Test func constantsOfAPlan() throws {
        // A unit takes as much memory as all that fill a vector.
        let spec = "model wide\ninput x: f32[N, 6000]\noutput y = dense(x, units: 1)"
        let model = try folder.write("wide.apus", try SmallModels.file(spec, labels: [], weights: .f16))
        let result = try Tool.run(
            "apus-compile", [model, "-o", folder.file("w.plan"), "--memory-limit", "64K"])
        #expect(result.status == 1)
        #expect(result.error.contains("its constants take"), "\(result.error)")
        #expect(result.error.contains("raise the memory limit of 65536 bytes"), "\(result.error)")
    }

    /// Half precision takes twice its bytes once it is read.
    @Test func weightsOfAModel() throws {
        let spec = "model wide\ninput x: f32[N, 100]\noutput y = dense(x, units: 200)"
        let model = try folder.write("wide.apus", try SmallModels.file(spec, labels: [], weights: .f16))
        let result = try Tool.run("dump-graph", [model, "--memory-limit", "64K"])
        #expect(result.status == 1)
        #expect(
            result.error.contains(
                "the weights of the model file take more than 65536 bytes once they are read; "
                    + "raise the memory limit of 65536 bytes"), "\(result.error)")
        #expect(try Tool.run("dump-graph", [model, "--memory-limit", "79K"]).status == 0)
    }

    /// Elements of constants have 8 bytes, whatever they have in the file.
    @Test func constantsOfAModel() throws {
        let numbers = (0..<20_000).map { "\($0 % 7)" }.joined(separator: ", ")
        let graph = try Graph.parse(
            "model m\ninput x: u8[N, 20000]\nconstant c: u8[20000] = [\(numbers)]\noutput y = add(x, c)")
        let model = try folder.write("m.apus", try ModelFile.encode(Model(graph: graph), weights: .f32))
        let result = try Tool.run("dump-graph", [model, "--memory-limit", "100K"])
        #expect(result.status == 1)
        #expect(
            result.error.contains(
                "the constants of the model file take more than 102400 bytes once they are read; "
                    + "raise the memory limit of 102400 bytes"), "\(result.error)")
        #expect(try Tool.run("dump-graph", [model, "--memory-limit", "160K"]).status == 0)
    }

    /// A byte of a text may be a number, and become a token and a number of double precision.
    @Test func textsOfManyNumbers() throws {
        let numbers = Array(repeating: "1", count: 20_000).joined(separator: ",")
        let spec = try folder.write(
            "m.graph", "model m\ninput x: f32[N, 20000]\nconstant c: f32[20000] = [\(numbers)]\noutput y = add(x, c)")
        let result = try Tool.run("dump-graph", [spec, "--memory-limit", "1M"])
        #expect(result.status == 1)
        #expect(
            result.error.contains("more than 8192 words, numbers and signs, which take too much memory"),
            "\(result.error)")
        #expect(result.error.contains("raise the memory limit of 1048576 bytes"), "\(result.error)")
        #expect(try Tool.run("dump-graph", [spec, "--memory-limit", "8M"]).status == 0)
    }

    @Test func constantsOfAnONNXFile() throws {
        let constant = TensorProto(
            "c", Tensor(.i8, shape: [20_000], integers: (0..<20_000).map { $0 % 7 }))
        let file = ModelProto(
            [NodeProto("Add", ["x", "c"], ["y"])], inputs: [.tensor("x", [20_000], .i8)], initializers: [constant])
        let model = try folder.write("m.onnx", file.bytes)
        let result = try Tool.run("dump-graph", [model, "--memory-limit", "100K"])
        #expect(result.status == 1)
        #expect(
            result.error.contains(
                "with this the import would take more than 102400 bytes; raise the memory limit of 102400 bytes"),
            "\(result.error)")
        #expect(try Tool.run("dump-graph", [model, "--memory-limit", "200K"]).status == 0)
    }

    /// A node can have two bytes in a file.
    @Test func emptyNodesOfAnONNXFile() throws {
        let file = ModelProto(Array(repeating: NodeProto(), count: 10_000), initializers: [])
        #expect(file.bytes.count < 21_000)
        let model = try folder.write("m.onnx", file.bytes)
        let result = try Tool.run("dump-graph", [model, "--memory-limit", "1M"])
        #expect(result.status == 1)
        #expect(
            result.error.contains(
                "m.onnx: takes more than 1048576 bytes once it is read; raise the memory limit of 1048576 bytes"),
            "\(result.error)")
    }

    /// An array of bytes becomes one of single precision.
    @Test func arraysThatAreConverted() throws {
        let array = NPYArray(type: .u8, shape: [100, 1, 28, 28], bytes: Array(repeating: 7, count: 78_400))
        let file = try folder.write("x.npy", array.encoded())
        let result = try Tool.run("apus-infer", [try model(), "--input", "image=\(file)", "--memory-limit", "300K"])
        #expect(result.status == 1)
        #expect(
            result.error.contains(
                "x.npy: its 78400 elements of u8 take 313600 bytes as f32; raise the memory limit of 307200 bytes"),
            "\(result.error)")
    }

    /// Two bytes of a table become a number of four.
    @Test func tables() throws {
        let spec = try folder.write(
            "t.graph", "model t\nsetting classes = 2\ninput x: f32[N, 3]\noutput p = softmax(dense(x, units: classes))")
        let table = try folder.write("t.csv", "a,b,c,y\n" + String(repeating: "1,2,3,4\n", count: 10_000))
        let result = try Tool.run(
            "apus-train",
            [spec, "--data", table, "--label", "y", "--out", folder.file("run"), "--memory-limit", "200K"])
        #expect(result.status == 1)
        #expect(
            result.error.contains("t.csv: its numbers take up to 240048 bytes; raise the memory limit of 204800 bytes"),
            "\(result.error)")
    }

    /// A table of so many columns that their names would fill memory.
    @Test func tablesOfManyColumns() throws {
        let spec = try folder.write(
            "t.graph", "model t\nsetting classes = 2\ninput x: f32[N, 3]\noutput p = softmax(dense(x, units: classes))")
        let names = (0..<5000).map { "c\($0)" }.joined(separator: ",")
        let table = try folder.write("t.csv", "\(names)\n")
        let result = try Tool.run(
            "apus-train",
            [spec, "--data", table, "--label", "c1", "--out", folder.file("run"), "--memory-limit", "1M"])
        #expect(result.status == 1)
        #expect(
            result.error.contains(
                "t.csv: has 5000 columns, more than the 4096 that are read; raise the memory limit of 1048576 bytes"),
            "\(result.error)")
    }

    /// An image of colors has each pixel in two places while it is read.
    @Test func imagesOfColors() throws {
        let image = try folder.write("x.ppm", "P6 4096 4096 255\n")
        let result = try Tool.run("apus-infer", [try model(), image, "--memory-limit", "64M"])
        #expect(result.status == 1)
        #expect(
            result.error.contains(
                "is an image of 4096 × 4096 pixels, more than the 8388608 that are read; make it smaller first, or raise "
                    + "the memory limit of 67108864 bytes"), "\(result.error)")
    }

    @Test(arguments: ["apus-infer", "apus-compile"])
    func whatIsNoNumberOfBytes(tool: String) throws {
        let result = try Tool.run(tool, ["m.apus", "--memory-limit", "much"])
        #expect(result.status == 64)
        #expect(result.error.contains("4096, 32K, 1.5M or 2G"), "\(result.error)")
    }
}
