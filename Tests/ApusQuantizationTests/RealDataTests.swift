import ApusData
import ApusFiles
import ApusGraph
import ApusRuntime
import ApusTraining
import Glibc
import Testing

@testable import ApusQuantization

/// The trained models of the repository on whole test sets, where `APUS_DATA` says that these are there.
@Suite struct RealDataTests {
    private static let data = getenv("APUS_DATA").map { String(cString: $0) }

    /// Calibrated on 500 images of the training part, accuracy stays within a tenth of a point.
    @Test(.enabled(if: data != nil, "APUS_DATA names no folder with data"), arguments: ["mnist", "fashion"])
    func accuracyStaysWithinATenthOfAPoint(name: String) throws {
        let folder = try #require(Self.data) + (name == "mnist" ? "/mnist" : "/fashion-mnist")
        let training = try Dataset.load(directory: folder, part: .training)
        let test = try Dataset.load(directory: folder, part: .test)
        let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
        let model = try ModelFile.decode(try readFile("\(root)/Models/\(name)-cnn.apus"))
        let chosen = Shuffle.permutation(count: training.count, seed: 1, epoch: 0)
        let quantizer = try Quantizer(
            model, samples: training.subset(Array(chosen[100..<500])), heldOut: training.subset(Array(chosen[..<100])),
            preparation: try model.inputPreparation(), machine: try SmallModel.machine(), options: QuantizationOptions()
        )
        let quantized = try Quantization(quantizer)
        #expect(quantized.report.layers.allSatisfy { $0.reason == nil })
        #expect(quantized.report.signalToNoise.decibels > 30)
        func accuracy(_ model: Model) throws -> Double {
            var evaluator = try Evaluator(
                model, preparation: try model.inputPreparation(), weights: .constant,
                target: try Processor.preferredTarget(), threads: 2)
            return try evaluator.evaluate(test).score
        }
        let (before, after) = (try accuracy(model), try accuracy(quantized.model))
        #expect(after >= before - 0.001, "\(name): \(before) in f32, \(after) in 8 bits")
    }
}
