import ApusGraph
import ApusInstructions
import ApusPlan

extension Lowering {
    /// The weights of recurrent steps, `[gates · hidden, hidden]`, in panels for each of the cell's products.
    ///
    /// - Parameter isTransposed: for the gradient, which multiplies from the other side.
    mutating func recurrentPanels(
        _ value: ValueID, _ cell: ApusInstructions.RecurrentCell, hidden: Int, isTransposed: Bool, _ site: Site
    ) throws(LoweringError) -> Place {
        let width = MatrixTile(lanes: lanes).columns
        var parts: [DerivedPart<PackMatrixParameters>] = []
        var row = 0
        for gates in cell.products {
            let units = gates * hidden
            let (lines, depth) = isTransposed ? (hidden, units) : (units, hidden)
            parts.append(
                DerivedPart(
                    parameters: PackMatrixParameters(
                        lines: lines, depth: depth, width: width, lineStride: isTransposed ? 1 : hidden,
                        depthStride: isTransposed ? hidden : 1), source: row * hidden,
                    elements: MatrixTile.packedElements(lines: lines, depth: depth, width: width)))
            row += units
        }
        guard context.samples.isDynamic(value) else {
            guard !stages.isReduced(value) else { throw site.unsupported("has a weight that depends on the samples") }
            return .fixed(try derive(.packMatrix, value, parts))
        }
        // A weight that a caller hands over is packed each time.
        let source = try readableOperand(value)
        let panels = addScratch(
            "\(graph[value].name) panels", bytes: parts.reduce(0) { $0 + $1.elements } * ElementType.f32.size)
        var offset = 0
        for part in parts {
            emit(
                .packMatrix,
                [source.place.advanced(by: part.source * ElementType.f32.size), panels.advanced(by: offset)],
                part.parameters, label: "\(graph[value].name) panels")
            offset += part.elements * ElementType.f32.size
        }
        return panels
    }

    /// A state and a cell that are an operand each: with one stride for both.
    mutating func recurrentStates(
        _ values: [ValueID], _ site: Site
    ) throws(LoweringError) -> (places: [Place], stride: Int32) {
        var stored: [Stored] = []
        for value in values { stored.append(try readableOperand(value)) }
        if Set(stored.map(\.sampleStride)).count > 1 {
            for (index, value) in values.enumerated() { stored[index] = try plainOperand(value) }
        }
        guard let first = stored.first else { return ([], 0) }
        return (stored.map(\.place), try partStride(first, of: values[0], site))
    }
}

extension ApusInstructions.RecurrentCell {
    /// The instruction's name for an operator's cell.
    init(_ cell: ApusGraph.RecurrentCell) {
        self =
            switch cell {
            case .lstm: .lstm
            case .gruResetAfter: .gruResetAfter
            case .gruResetBefore: .gruResetBefore
            case .tanh: .tanh
            case .relu: .relu
            }
    }
}
