import ApusGraph
import ApusInstructions

/// The operands of an attention, as its instruction and that of its gradient take them.
struct AttentionCall {
    var parameters: AttentionParameters
    /// Calls for each sample.
    var parts: Int
    var query: Stored
    var key: Stored
    var value: Stored
    var mask = Place.none
    var lengths = Place.none

    /// - Parameters:
    ///   - three: query, key and value.
    ///   - extras: mask and lengths, where there are any.
    init(
        _ operation: ScaledDotProductAttention, _ three: [ValueID], extras: [ValueID], _ site: Site,
        _ lowering: inout Lowering
    ) throws(LoweringError) {
        let query = try lowering.typeShape(three[0])
        let (key, value) = (try lowering.typeShape(three[1]), try lowering.typeShape(three[2]))
        parts = query[0]
        parameters = AttentionParameters(
            heads: operation.heads, queries: query[1], keys: key[1], size: query[2] / operation.heads,
            valueSize: value[2] / operation.keyHeads, scale: Float(operation.scale(query: site.type(three[0]))))
        parameters.keyHeads = Int32(operation.keyHeads)
        parameters.causal = operation.isCausal ? 1 : 0
        parameters.causalOffset = Int32(operation.causalOffset)
        self.query = try lowering.readableOperand(three[0])
        self.key = try lowering.readableOperand(three[1])
        self.value = try lowering.readableOperand(three[2])
        parameters.query = try lowering.heads(operation.heads, self.query, of: three[0], site)
        parameters.key = try lowering.heads(operation.keyHeads, self.key, of: three[1], site)
        parameters.value = try lowering.heads(operation.keyHeads, self.value, of: three[2], site)
        for extra in extras {
            let stored = try lowering.readableOperand(extra)
            if site.type(extra).elementType == .i32 {
                lengths = stored.place
                parameters.lengthStride = try lowering.partStride(stored, of: extra, site)
            } else {
                mask = stored.place
                try setMask(stored, extra, site, lowering)
            }
        }
    }

    /// Strides of 0 along the dimensions in which the mask is the same.
    private mutating func setMask(
        _ stored: Stored, _ value: ValueID, _ site: Site, _ lowering: Lowering
    ) throws(LoweringError) {
        let shape = try lowering.typeShape(value)
        let strides = zip(shape, rowMajorStrides(shape)).map { $0 == 1 ? 0 : $1 }
        parameters.mask = HeadLayout(
            rowStride: strides[2], headStride: strides[1],
            sampleStride: shape[0] == 1 && parts > 1 ? 0 : Int(try lowering.partStride(stored, of: value, site)))
        parameters.maskKeyStride = Int32(strides[3])
    }
}

extension Lowering {
    /// How `[parts, rows, heads · size]` lies.
    func heads(_ heads: Int, _ stored: Stored, of value: ValueID, _ site: Site) throws(LoweringError) -> HeadLayout {
        let width = try typeShape(value)[2]
        return HeadLayout(
            rowStride: width, headStride: width / heads, sampleStride: Int(try partStride(stored, of: value, site)))
    }
}
