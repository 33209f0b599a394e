import Apus
import Foundation

/// Makes a model file of a spec, with made-up weights under which a comparison of answers can fail.
///
/// Weights are drawn by their initializers and brought to the mean square 2 / inputs of He et al. (2015), equation 10:
/// with smaller ones a deep network gives nearly the same answer to whatever it is asked. Biases that begin as zero get
/// small numbers, so that one that got lost is missed.
func initialize(spec: String, seed: UInt64, output: String) throws {
    let graph = try Graph.parse(String(contentsOfFile: spec, encoding: .utf8))
    var model = try ExplicitParameters().apply(to: Model(graph: graph)).initialized(seed: seed)
    for parameter in model.graph.parameters {
        let name = model.graph[parameter.value].name
        guard let elements = model.weights[name] else { continue }
        let units = model.graph[parameter.value].type.dimensions.first?.number ?? 1
        model.weights[name] = lively(elements, inputs: elements.count / max(units, 1))
    }
    try Data(ModelFile.encode(model, weights: .f32)).write(to: URL(fileURLWithPath: output))
}

/// - Parameter inputs: what one unit reads: 1 for a bias, or for a number of a batch norm.
private func lively(_ elements: [Float], inputs: Int) -> [Float] {
    let square = elements.reduce(0) { $0 + Double($1) * Double($1) } / Double(max(elements.count, 1))
    if square == 0 { return elements.indices.map { Float(($0 * 7 + 3) % 11 - 5) / 50 } }
    guard inputs > 1 else { return elements }
    let factor = Float((2 / Double(inputs) / square).squareRoot())
    return elements.map { $0 * factor }
}
