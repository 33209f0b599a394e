import ApusCompiler
import ApusData
import ApusGraph
import Foundation
import Testing

/// A model at reduced widths, numbers to run it on, and what an independent framework answered.
///
/// `Bench/peers/make_fixture.py` writes them, a folder of `Fixtures` for each model. The numbers that go in come from
/// ``PeerFormula``; a folder holds only what came out.
struct PeerFixture: Sendable {
    /// An input, or the targets.
    struct Port: Decodable, Sendable {
        let name: String
        let shape: [Int]
        let kind: PeerFormula.Kind
        let bound: Int?
    }

    /// A parameter or a running statistic.
    struct Parameter: Decodable, Sendable {
        let name: String
        let shape: [Int]
        let kind: PeerFormula.Kind

        var count: Int { shape.reduce(1, *) }
    }

    /// `fixture.json`.
    struct Description: Decodable, Sendable {
        let salt: String
        let settings: [String: Int]
        let inputs: [Port]
        let targets: Port
        /// The operator that compares with the targets.
        let loss: String
        let outputs: [String]
        let parameters: [Parameter]
        let statistics: [Parameter]
    }

    /// The models that there are answers for.
    static let models = [
        "mnist-cnn", "mnist-cnn-small", "lenet5", "mlp", "resnet8", "resnet18", "ds-cnn", "mobilenet-v1-025",
        "mobilenet-v2",
        "unet", "char-transformer", "char-lstm", "video-cnn", "mlp-regression",
    ]
    /// The folder of all fixtures.
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures")

    let model: String
    let description: Description

    init(_ model: String) throws {
        self.model = model
        let data = try Data(contentsOf: Self.folder.appending(path: "\(model)/fixture.json"))
        description = try JSONDecoder().decode(Description.self, from: data)
    }

    var formula: PeerFormula { PeerFormula(salt: description.salt) }
    var batch: Int { description.targets.shape[0] }

    func numbers(_ port: Port) -> [Float] {
        formula.numbers(port.name, shape: port.shape, port.kind, bound: port.bound ?? 1)
    }

    /// What goes in and is compared, by name.
    var bindings: [String: Tensor] {
        var bindings: [String: Tensor] = [:]
        for port in description.inputs + [description.targets] {
            let numbers = numbers(port)
            bindings[port.name] =
                port.kind == .whole
                ? Tensor(.i32, shape: port.shape, integers: numbers.map { Int($0) })
                : Tensor(shape: port.shape, elements: numbers.map(Double.init))
        }
        return bindings
    }

    /// The model of the fixture with its weights. Dropout drops nothing: its random numbers are nobody else's.
    func weighted() throws -> Model {
        let text = try Self.spec(model).replacing(/rate: 0\.\d+/, with: "rate: 0")
        let graph = try Graph.parse(text, file: "\(model).graph", settings: description.settings)
        var model = try ExplicitParameters().apply(to: Model(graph: graph))
        for parameter in description.parameters + description.statistics {
            model.weights[parameter.name] = formula.numbers(parameter.name, shape: parameter.shape, parameter.kind)
        }
        return model
    }

    /// Training it with the fixture's loss. Before a softmax the automatic choice is the cross-entropy of the logits.
    func trainingOptions() throws -> Pipeline.TrainingOptions {
        let loss = try #require(Loss(rawValue: description.loss))
        return Pipeline.TrainingOptions(loss: loss == .logitCrossEntropy ? .automatic : loss)
    }

    /// An answer: an output's name, or `loss`.
    func answer(_ value: String) throws -> [Double] {
        try NPY<Float>.read(Self.folder.appending(path: "\(model)/\(value).npy").path).elements.map(Double.init)
    }

    /// The gradient of each parameter, by name.
    func gradients() throws -> [String: [Double]] { try parts(description.parameters, of: "gradients") }

    /// The running statistics after the step, by name.
    func statistics() throws -> [String: [Double]] {
        description.statistics.isEmpty ? [:] : try parts(description.statistics, of: "statistics")
    }

    private func parts(_ parameters: [Parameter], of file: String) throws -> [String: [Double]] {
        var rest = try answer(file)[...]
        var parts: [String: [Double]] = [:]
        for parameter in parameters {
            parts[parameter.name] = Array(rest.prefix(parameter.count))
            rest = rest.dropFirst(parameter.count)
        }
        try #require(rest.isEmpty, "\(file).npy of \(model) has more elements than its parameters")
        return parts
    }

    /// The spec of a model.
    static func spec(_ model: String) throws -> String {
        let root = folder.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: "Models/\(model).graph"), encoding: .utf8)
    }
}

/// How far values are from a fixture's.
enum PeerDifference {
    /// A gradient whose elements are all smaller than this part of the model's largest is compared with that part instead: it may
    /// be zero but for rounding, as that of a bias that the next norm takes away.
    static let negligible = 1e-3

    /// The largest difference of two arrays' elements, relative to the largest magnitude of the second or to `floor`.
    static func relative(_ found: [Double], _ expected: [Double], floor: Double = 0) -> Double {
        guard found.count == expected.count else { return .infinity }
        var worst = 0.0
        for (one, other) in zip(found, expected) {
            let difference = abs(one - other)
            worst = difference.isNaN ? .infinity : max(worst, difference)
        }
        return worst / max(magnitude(expected), floor, 1e-300)
    }

    static func magnitude(_ values: [Double]) -> Double { values.reduce(0) { max($0, abs($1)) } }
}
