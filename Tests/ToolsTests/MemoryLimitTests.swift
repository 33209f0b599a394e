import ApusFiles
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
        let spec = "model wide\ninput x: f32[N, 100]\noutput y = dense(x, units: 200)"
        let model = try folder.write("wide.apus", try SmallModels.file(spec, labels: [], weights: .f16))
        let result = try Tool.run(
            "apus-compile", [model, "-o", folder.file("w.plan"), "--memory-limit", "64K"])
        #expect(result.status == 1)
        #expect(result.error.contains("its constants take"), "\(result.error)")
        #expect(result.error.contains("raise the memory limit of 65536 bytes"), "\(result.error)")
    }

    @Test(arguments: ["apus-infer", "apus-compile"])
    func whatIsNoNumberOfBytes(tool: String) throws {
        let result = try Tool.run(tool, ["m.apus", "--memory-limit", "much"])
        #expect(result.status == 64)
        #expect(result.error.contains("4096, 32K, 1.5M or 2G"), "\(result.error)")
    }
}
