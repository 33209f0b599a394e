import ApusGraph
import ApusInstructions
import ApusPlan

/// An operator that draws a random number for each element: a pure function of seed, step, sample, element and stream.
protocol RandomRule: SingleRule {
    var opcode: Opcode { get }
    var amount: Double { get }
    var stream: Int { get }
}

extension RandomRule {
    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let source = try lowering.readableOperand(site.operands[0])
        let result = try lowering.makeResult(site.results[0])
        let count = try lowering.sampleShape(site.results[0]).reduce(1, *)
        lowering.emit(
            opcode, [source.place, result.place, .fixed(Operand(.arguments))],
            RandomParameters(
                count: count, stream: stream, amount: Float(amount), sourceStride: Int(source.layout.sampleStride),
                destinationStride: Int(result.layout.sampleStride)), label: site.name)
    }
}
