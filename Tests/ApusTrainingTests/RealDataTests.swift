import ApusData
import ApusFiles
import ApusGraph
import ApusRuntime
import ApusTraining
import Glibc
import Testing

/// Training on real MNIST, where `APUS_DATA` says that it is there.
@Suite struct RealDataTests {
    static let folder = getenv("APUS_DATA").map { String(cString: $0) + "/mnist" }

    /// The small network of the Flux tutorials: 5,000 images to learn from, the next 5,000 to try it on.
    @Test(.enabled(if: folder != nil, "APUS_DATA names no folder with MNIST"))
    func theSmallNetworkLearnsFiveThousandImages() throws {
        let training = try Dataset.load(directory: #require(Self.folder), part: .training)
        var options = TrainingOptions()
        options.batch = 100
        options.learningRate = 5e-3
        options.epochs = 5
        options.noise = 0
        options.averageDecay = 0.98
        options.selection = .last
        options.threads = 2
        let data = TrainingData(
            training: training.subset(0..<5_000), validation: nil, test: training.subset(5_000..<10_000))
        let path = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
        let spec = String(decoding: try readFile(path + "/Models/mnist-cnn-small.graph"), as: UTF8.self)
        var trainer = try Trainer(
            Model(graph: Graph.parse(spec)), data: data, options: options, target: Processor.targets[0])
        var accuracy = 0.0
        _ = try trainer.run { event in
            if case .epoch(let record) = event { accuracy = record.testScore ?? 0 }
        }
        // Seeds give 0.939 to 0.945.
        #expect(accuracy >= 0.93)
    }
}
