import ApusGraph
import ApusInstructions

// Images of bf16.
extension Lowering {
    /// Whether a value that is made of bf16 is stored so: nobody reads it as f32.
    private func storesBFloats(_ value: ValueID) -> Bool {
        let readers = context.index.consumers(of: value)
        guard !readers.isEmpty, !context.isOutput(value), joins[value] == nil else { return false }
        return readers.allSatisfy { reader in
            let operands = graph.nodes[reader].operands
            return operands.indices.allSatisfy {
                operands[$0] != value || candidates[reader].bfloatOperands.contains($0)
            }
        }
    }

    /// Room for a blocked result: of bf16 where that is what its readers take, else of f32.
    mutating func makeBFloatResult(_ value: ValueID) throws(LoweringError) -> Stored {
        guard storesBFloats(value) else { return try makeResult(value) }
        let result = addStored(
            graph[value].name, try blockedLayout(of: value, border: layouts.border(of: value)), elementType: .bf16,
            imageCount: context.samples.imageCount(value))
        stored[value.index] = result
        return result
    }

    /// The value as an image of bf16 with at least this border of zeros: a copy, made once, where it is of f32 or lies in another way.
    mutating func bfloatOperand(
        _ value: ValueID, border: Border, isBlocked: Bool
    ) throws(LoweringError) -> Stored {
        let source = try made(value)
        let block = isBlocked ? lanes : 1
        let layout = source.layout
        if source.elementType == .bf16, Int(layout.channelBlock) == block, Int(layout.top) >= border.top,
            Int(layout.left) >= border.left, Int(layout.bottom) >= border.bottom, Int(layout.right) >= border.right
        {
            return source
        }
        guard source.elementType == .bf16 || source.elementType == .f32 else {
            throw .unsupported(
                value: graph[value].name, operation: "it",
                reason: "is \(source.elementType), which is not rounded to bf16")
        }
        var wide = layouts.border(of: value)
        wide.widen(to: border)
        let wanted = try blockedLayout(of: value, border: wide, block: block)
        let key = CopyKey(value: value.index, layout: wanted, stage: stage, elementType: .bf16)
        if let copy = copies[key] { return copy }
        let label = "\(graph[value].name) in bf16"
        let copy = addStored(label, wanted, elementType: .bf16, imageCount: source.imageCount)
        let parameters = ConvertImageParameters(
            source: layout, destination: wanted, sourceBytes: source.elementType.size, resultBytes: 2)
        emit(.convertImage, [source.place, copy.place], parameters, label: label, repeats: source.imageCount)
        copies[key] = copy
        return copy
    }

    /// Zeroes the border of what an instruction has just written, of bf16 or f32.
    mutating func clearBFloatBorder(_ result: Stored, label: String) {
        guard result.elementType == .bf16 else { return clearBorder(result, label: label) }
        var pairs = result
        // Two neighbouring channels of a block are as wide as a number of f32.
        let block = result.layout.channelBlock / 2
        pairs.layout.channels = Int32(result.layout.blocks) * block
        pairs.layout.channelBlock = block
        pairs.layout.sampleStride = result.layout.sampleStride / 2
        clearBorder(pairs, label: label)
    }
}
