package import ApusGraph
import Glibc

/// A model in the form in which it is trained for 8 bits: floats, with fake_quantize where values become codes and on the weights of
/// layers, each with a scale that is trained too.
///
/// A scale is the exponential of a parameter, `act1.log_scale` for the codes of `act1`, and `conv1.weight.log_scale` for a weight, with
/// a number for each output: so it stays above zero, and a step of Adam changes it by a share of itself (Jain et al., "Trained
/// Quantization Thresholds for Accurate and Efficient Fixed-Point Inference", 2020, appendix B). Zero points stay what they are.
/// Batch norms are in the weights; one that no layer takes in normalizes by its running statistics, which stay.
package struct FakeQuantizedModel: Sendable {
    /// With the weights and ranges that training begins with.
    package let model: Model
    /// How many layers there are in 8 bits, and in all.
    package var layers: (quantized: Int, all: Int) { (placement.layers.count, float.layers.count) }

    private let float: FloatModel
    private let placement: Placement
    private let zeroPoints: [Int]
    /// For each point, the parameter that its scale is made of.
    private let pointScales: [String]
    /// The same for the float graph's values that are weights.
    private let weightScales: [ValueID: String]

    /// - Parameters:
    ///   - placement: what becomes codes.
    ///   - scales: of its points, to begin with.
    init(_ float: FloatModel, _ placement: Placement, scales: [CodeScale]) throws(QuantizationError) {
        self.float = float
        self.placement = placement
        zeroPoints = scales.map(\.zeroPoint)
        do {
            var writer = try FakeQuantizedGraphWriter(float, placement, scales: scales)
            model = try writer.finished()
            pointScales = writer.pointScales
            weightScales = writer.weightScales
        } catch {
            throw .graph(error)
        }
    }

    /// The model in 8 bits that ``model`` has become: its weights and ranges as codes, scales and zero points.
    ///
    /// - Parameter trained: ``model`` with other weights.
    package func quantized(_ trained: Model) throws(GraphError) -> Model {
        let float = float.withWeights(trained.weights)
        let scales = zip(pointScales, zeroPoints).map { name, zeroPoint in
            CodeScale(scale: Self.scales(name, trained).first ?? 1, zeroPoint: zeroPoint)
        }
        var scalesOfWeights: [Int: [Float]] = [:]
        for number in placement.layers {
            let weight = float.graph.nodes[float.layers[number].node].operands[1]
            scalesOfWeights[number] = weightScales[weight].map { Self.scales($0, trained) }
        }
        var writer = try QuantizedGraphWriter(
            float, placement, scales: scales, weightScales: scalesOfWeights, means: [:], form: .codes)
        let quantized = try writer.finished().0
        var model = trained
        model.graph = quantized.graph
        model.weights = quantized.weights
        return model
    }

    private static func scales(_ name: String, _ trained: Model) -> [Float] {
        (trained.weights[name] ?? []).map { max(Float(exp(Double($0))), .leastNormalMagnitude) }
    }
}
