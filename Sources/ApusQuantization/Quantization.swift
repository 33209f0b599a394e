package import ApusGraph
import ApusTraining

/// A quantized model, and what is to be said of it.
package struct Quantization: Sendable {
    package var model: Model
    package var report: QuantizationReport

    /// Chooses the layers, writes the model, and compares it with the float model on the samples that are held out.
    package init(_ quantizer: Quantizer) throws(QuantizationError) {
        var quantizer = quantizer
        let search = try LayerSearch(&quantizer)
        let (quantized, placement) = try quantizer.model(layers: search.layers, form: .codes)
        model = quantized.model
        let shown = Self.shownValues(quantizer.float, placement)
        let points = placement.points.filter { !quantizer.float.graph.inputs.contains($0) }
        let names = Set(Array(shown.values) + points).sorted().map { quantizer.float.graph[$0].name }
        quantizer.tell("comparing with f32 on \(quantizer.counts.heldOut) held-out samples")
        let noise = try quantizer.noise(quantized, of: Array(Set(names + quantizer.answers)).sorted())
        report = QuantizationReport(
            quantizer, search, quantized, placement, shown: shown, noise: noise)
    }

    /// The value by which a layer is judged: its result, or where that becomes no codes itself what is made of it by the sum, the bound and
    /// the rectifier behind it.
    private static func shownValues(_ float: FloatModel, _ placement: Placement) -> [Int: ValueID] {
        let readers = float.graph.consumers()
        let points = Set(placement.points)
        var shown: [Int: ValueID] = [:]
        for (number, layer) in float.layers.enumerated() {
            var value = layer.result
            while !points.contains(value), readers[value.index].count == 1 {
                let node = float.graph.nodes[readers[value.index][0]]
                guard node.operation is Relu || node.operation is Clip || placement.isPart(value, ofSum: node) else {
                    break
                }
                value = node.results[0]
            }
            shown[number] = value
        }
        return shown
    }
}
