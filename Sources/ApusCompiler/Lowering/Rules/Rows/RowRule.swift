import ApusGraph
import ApusInstructions

/// An operator that works on each row of the last dimension by itself, on operands of one shape.
protocol RowRule: SingleRule {
    static var opcode: Opcode { get }
    /// Whether its kernel writes rows that lie right after one another, as callers want them.
    static var writesOutput: Bool { get }
}

extension RowRule {
    static var writesOutput: Bool { false }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        var places: [Place] = []
        for operand in site.operands { places.append(try lowering.plainOperand(operand).place) }
        let layout = try lowering.plainLayout(of: site.results[0])
        var parameters = RowParameters(layout, shape: try lowering.sampleShape(site.results[0]))
        // The gradients have one stride for all.
        let result =
            Self.writesOutput
            ? try lowering.makeOutput(site.results[0]) : try lowering.makeResult(site.results[0])
        parameters.resultStride = result.layout.sampleStride
        lowering.emit(Self.opcode, places + [result.place], parameters, label: site.name)
    }
}

extension RowParameters {
    /// Rows of the last dimension of `shape`, that lie one after the other in a sample of `layout`.
    init(_ layout: ImageLayout, shape: [Int]) {
        let count = shape.last ?? 1
        self.init(
            count: count, rows: shape.dropLast().reduce(1, *), rowStride: count, sampleStride: Int(layout.sampleStride))
        labelStride = 1
    }
}
