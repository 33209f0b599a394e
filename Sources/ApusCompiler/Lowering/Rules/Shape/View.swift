import ApusGraph
import ApusInstructions

/// An operator whose result is its operand's memory under another shape: no instruction.
protocol ViewRule: SingleRule {}

extension ViewRule {
    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let (operand, result) = (site.operands[0], site.results[0])
        let image = try lowering.made(operand)
        if isReadAsRowOfBlocks(site), image.layout.hasWholeBlocks(lanes: site.lanes) {
            lowering.stored[result.index] = image
            return
        }
        let source = try lowering.readableOperand(operand)
        var view = source
        view.layout = try lowering.plainLayout(of: result)
        view.imageCount = site.context.samples.imageCount(result)
        if view.imageCount == 1 { view.layout.sampleStride = source.layout.sampleStride * Int32(source.imageCount) }
        lowering.stored[result.index] = view
    }

    /// Whether the result is read by such alone as dense layers, that take an image's blocks as they lie.
    private func isReadAsRowOfBlocks(_ site: Site) -> Bool {
        let row = site.results[0]
        return !site.context.isOutput(row) && site.rows(row) == 1
            && site.readers(of: row).allSatisfy { reader in
                reader.operands.indices.allSatisfy { operand in
                    reader.operands[operand] != row || reader.rule.takesBlocksAsRow(operand: operand)
                }
            }
    }
}
