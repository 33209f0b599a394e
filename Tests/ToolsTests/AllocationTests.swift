import ApusFiles
import Glibc
import Testing

/// A run of a session allocates nothing. The counting is a process of its own, in which nothing else allocates.
@Suite struct AllocationTests {
    /// Convolutions, dense layers, recurrent ones, attention, and a loss on numbers.
    @Test func aThousandRunsAllocateNothing() throws {
        let models = ["mnist-cnn", "mlp", "mlp-regression", "char-lstm", "char-transformer", "video-cnn"]
        let result = try Tool.run("allocation-count", models)
        #expect(result.status == 0, "\(result.error)")
        let lines = result.output.split(separator: "\n")
        #expect(lines.count == models.count * 6 + 1)
        #expect(lines.last == "counter works")
        for line in lines.dropLast() { #expect(line.hasSuffix(" 0"), "\(line)") }
    }

    /// The benchmarks check allocations of those models that have thresholds.
    @Test func everyModelHasThresholds() throws {
        let folder = try #require(opendir(repositoryFile("Models")))
        defer { closedir(folder) }
        var models: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasSuffix(".graph") { models.append(String(name.dropLast(6))) }
        }
        #expect(models.count >= 8)
        for model in models {
            for run in ["batch-1.threads-1", "batch-32.threads-2"] {
                let file = repositoryFile("Bench/Thresholds/Models.\(model).inference.\(run).p90.json")
                #expect(fileExists(file), "\(file)")
            }
        }
    }
}
