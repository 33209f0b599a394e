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

    /// The value by which a layer is judged: its result, or where that becomes no codes itself what its bound or rectifier makes of it.
    private static func shownValues(_ float: FloatModel, _ placement: Placement) -> [Int: ValueID] {
        let readers = float.graph.consumers()
        let points = Set(placement.points)
        var shown: [Int: ValueID] = [:]
        for (number, layer) in float.layers.enumerated() {
            shown[number] = layer.result
            guard !points.contains(layer.result), readers[layer.result.index].count == 1,
                let reader = readers[layer.result.index].first
            else { continue }
            let node = float.graph.nodes[reader]
            if node.operation is Relu || node.operation is Clip { shown[number] = node.results[0] }
        }
        return shown
    }
}
