import Apus
import ApusFiles
import ApusONNX
import Glibc
import TestSupport
import Testing

/// The folder of trained models, where there is one.
private let modelFolder = getenv("APUS_MODELS").map { String(cString: $0) }

/// Trained models of others: what they answer is what was published with them.
@Suite(.enabled(if: modelFolder != nil, "APUS_MODELS names no folder of models"))
struct PublishedModelTests {
    /// A model's file, and the folders of its test data.
    struct Published: Sendable, CustomTestStringConvertible {
        var file: String
        var data: [String]
        var testDescription: String { file }
    }

    static let all = [
        Published(file: "mnist-8/model.onnx", data: (0..<3).map { "mnist-8/test_data_set_\($0)" }),
        Published(file: "super_resolution_10/model.onnx", data: ["super_resolution_10/test_data_set_0"]),
        tiny("resnet8"), tiny("mobilenet-vww"), tiny("dscnn-kws"), tiny("autoencoder"),
    ]

    private static func tiny(_ name: String) -> Published {
        Published(file: "mlperf-tiny/\(name).onnx", data: ["mlperf-tiny/\(name).test_data_set_0"])
    }

    @Test(arguments: all) func plansAnswerAsPublished(_ published: Published) throws {
        let folder = try #require(modelFolder)
        let model = try Model(ONNXFile(contentsOf: "\(folder)/\(published.file)"))
        let plan = try Compiler.inferencePlan(model, target: Processor.preferredTarget())
        var session = try Session(plan)
        for data in published.data {
            var inputs: [String: any PortInput] = [:]
            for (number, port) in plan.inputs.enumerated() {
                inputs[port.name] = try tensor("\(folder)/\(data)/input_\(number).pb").elements.map(Float.init)
            }
            let answers = try session.run(inputs)
            for (number, port) in plan.outputs.enumerated() {
                let answer = try #require(answers[port.name]).elements(as: Float.self)
                let expected = try tensor("\(folder)/\(data)/output_\(number).pb").elements
                #expect(answer.count == expected.count)
                let scale = expected.reduce(1e-6) { max($0, abs($1)) }
                let worst = zip(answer, expected).reduce(0) { max($0, abs(Double($1.0) - $1.1)) }
                #expect(worst <= 1e-4 * scale, "\(data): off by \(worst) of \(scale)")
            }
        }
    }

    private func tensor(_ path: String) throws -> Tensor { try Tensor(onnxTensor: readFile(path), path: path) }
}
