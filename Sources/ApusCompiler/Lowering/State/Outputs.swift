import ApusGraph
import ApusInstructions
import ApusPlan

extension Lowering {
    /// Copies the outputs of the body to where the caller wants them, where they aren't there already.
    mutating func writeOutputs() throws(LoweringError) {
        for output in graph.outputs where context.samples.isDynamic(output) {
            let shape = try sampleShape(output)
            let source = try made(output)
            var layout = packedLayout(output, shape)
            var given = source.layout
            var repeats = source.imageCount
            if source.isPlain || source.isRow {
                // One after the other on both sides: the quickest copy is that of a single row.
                (layout, given) = (row(of: shape), row(of: shape))
                given.sampleStride = source.layout.sampleStride * Int32(source.imageCount)
                repeats = 1
            }
            let port = plan.outputs.count
            plan.outputs.append(Port(name: graph[output].name, elementType: .f32, sampleShape: shape))
            if source.place == .fixed(Operand(.output, port: port)) { continue }
            emit(
                .relayout, [source.place, .fixed(Operand(.output, port: port))],
                RelayoutParameters(source: given, destination: layout), label: graph[output].name,
                repeats: repeats)
        }
    }

    private func row(of shape: [Int]) -> ImageLayout {
        ImageLayout(channels: 1, height: 1, width: max(1, shape.reduce(1, *)))
    }
}
