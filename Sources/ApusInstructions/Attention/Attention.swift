extension Opcode {
    /// `query, key, value, mask?, lengths?, output, logarithms?, scratch` · ``AttentionParameters``
    package static let attention = Opcode(rawValue: 161)
}

/// How the rows of an operand of attention lie: a row's elements are adjacent. Strides count elements.
package struct HeadLayout: Sendable, BitwiseCopyable {
    package var rowStride: Int32
    package var headStride: Int32
    package var sampleStride: Int32
    package init(rowStride: Int, headStride: Int, sampleStride: Int) {
        self.rowStride = Int32(rowStride)
        self.headStride = Int32(headStride)
        self.sampleStride = Int32(sampleStride)
    }
}

/// Scaled dot-product attention (Vaswani et al., "Attention Is All You Need" (2017), section 3.2.1), for each head of each sample:
///
///     score[i, j] = scale · Σ_e query[i, e] · key[j, e] + mask[i, j]
///     output[i] = Σ_j exp(score[i, j]) · value[j] / Σ_j exp(score[i, j])
///
/// - `j` runs over the keys before the sample's length (one Int32 each, `lengthStride` apart; numbers outside of 0 to `keys`
///   count as the nearest of these) and, where `causal` is 1, up to `i + causalOffset`. A row that sees no key, or none with a
///   score above −infinity, is zero.
/// - Several heads may share a key head: head `h` reads the key and value head `h / (heads / keyHeads)`.
/// - The mask's strides may be zero. The logarithms, which the gradient needs, are `ln Σ_j exp(score[i, j])` for each row,
///   `[head][query]`, `logarithmStride` for each sample.
///
/// The scores of ``rowsTogether`` rows are in the scratch at a time. The order of sums depends on the fields and on the length.
package struct AttentionParameters: Sendable, BitwiseCopyable {
    package var heads: Int32
    package var keyHeads: Int32
    package var queries: Int32
    package var keys: Int32
    package var size: Int32
    package var valueSize: Int32
    package var scale: Float
    package var causal: Int32 = 0
    package var causalOffset: Int32 = 0
    package var lengthStride: Int32 = 1
    package var logarithmStride: Int32
    package var query: HeadLayout
    package var key: HeadLayout
    package var value: HeadLayout
    package var output: HeadLayout
    package var mask = HeadLayout(rowStride: 0, headStride: 0, sampleStride: 0)
    package var maskKeyStride: Int32 = 1

    /// Operands lie as `[row][head][element]` without gaps, sample by sample; heads share no keys.
    package init(heads: Int, queries: Int, keys: Int, size: Int, valueSize: Int, scale: Float) {
        func layout(_ rows: Int, _ size: Int) -> HeadLayout {
            HeadLayout(rowStride: heads * size, headStride: size, sampleStride: rows * heads * size)
        }
        self.heads = Int32(heads)
        keyHeads = Int32(heads)
        self.queries = Int32(queries)
        self.keys = Int32(keys)
        self.size = Int32(size)
        self.valueSize = Int32(valueSize)
        self.scale = scale
        logarithmStride = Int32(heads * queries)
        query = layout(queries, size)
        key = layout(keys, size)
        value = layout(keys, valueSize)
        output = layout(queries, valueSize)
    }

    /// Query rows whose scores are in memory together.
    package static var rowsTogether: Int { 48 }
}

/// The fields of attention, checked.
struct CheckedAttention: Sendable {
    let fields: AttentionParameters
    let lanes: Int
    let query: MatrixExtent
    let key: MatrixExtent
    let value: MatrixExtent
    let output: MatrixExtent
    let mask: MatrixExtent

    init(_ fields: AttentionParameters, lanes: Int) throws(ParameterError) {
        self.fields = fields
        self.lanes = lanes
        try requireExtent(fields.queries, "number of queries")
        try requireExtent(fields.keys, "number of keys")
        try requireExtent(fields.size, "size of a head")
        try requireExtent(fields.valueSize, "size of a value")
        guard fields.heads >= 0, fields.keyHeads > 0, fields.heads % fields.keyHeads == 0 else {
            throw ParameterError("\(fields.heads) heads can't share \(fields.keyHeads) key heads evenly")
        }
        try requireFlag(fields.causal, "causal")
        let (keys, queries) = (Int(fields.keys), Int(fields.queries))
        try require(
            product(max(keys, 1), Int(fields.size) + Int(fields.valueSize)) < MatrixExtent.limit,
            "\(keys) keys and values of \(fields.size) and \(fields.valueSize) elements are too many")
        // Parts of the queries have offsets of their own.
        try require(
            Int(fields.causalOffset) + queries <= Int(Int32.max),
            "the last of \(queries) queries can't see \(fields.causalOffset) keys more than its number")
        guard fields.scale.isFinite else { throw ParameterError("the scale is \(fields.scale)") }
        query = try Self.head("query", fields.query, heads: fields.heads, rows: fields.queries, size: fields.size)
        key = try Self.head("key", fields.key, heads: fields.keyHeads, rows: fields.keys, size: fields.size)
        value = try Self.head(
            "value", fields.value, heads: fields.keyHeads, rows: fields.keys, size: fields.valueSize)
        output = try Self.head(
            "output", fields.output, heads: fields.heads, rows: fields.queries, size: fields.valueSize)
        mask = try Self.head(
            "mask", fields.mask, heads: fields.heads, rows: fields.queries, size: fields.keys,
            step: fields.maskKeyStride)
    }

    static func head(
        _ name: String, _ layout: HeadLayout, heads: Int32, rows: Int32, size: Int32, step: Int32 = 1
    ) throws(ParameterError) -> MatrixExtent {
        var extent = MatrixExtent(name)
        try extent.extend(heads, stride: layout.headStride)
        try extent.extend(rows, stride: layout.rowStride)
        try extent.extend(size, stride: step)
        return extent
    }

    /// Products of each query with each key, and of each score with a value; and the keys are packed.
    func steps(samples: Int) -> Int {
        let sizes = Int(fields.size) + Int(fields.valueSize) + 1
        let rows = turns(Int(fields.heads), Int(fields.queries)) + Int(fields.keyHeads)
        return turns(samples, rows, Int(fields.keys), sizes)
    }

    func maskOperand(samples: Int) -> OperandExtent {
        mask.operand(samples: samples, sampleStride: fields.mask.sampleStride, access: .read, isOptional: true)
    }

    func lengths(samples: Int) -> OperandExtent {
        MatrixExtent.rows("lengths", elements: 1, samples: samples, stride: fields.lengthStride, access: .read)
    }

    func logarithms(samples: Int, access: OperandExtent.Access) -> OperandExtent {
        let (elements, overflows) = Int(fields.heads).multipliedReportingOverflow(by: Int(fields.queries))
        return MatrixExtent.rows(
            "logarithms", elements: overflows ? Int.max / 8 : elements, samples: samples,
            stride: fields.logarithmStride, access: access)
    }

    /// The packed keys (for the gradient the values too), a block of scores (for the gradient two), a number for each row, and
    /// what the products need.
    func scratch(isGradient: Bool) -> OperandExtent {
        let tile = MatrixTile(lanes: lanes)
        let (rows, keys) = (AttentionParameters.rowsTogether, Int(fields.keys))
        let (size, valueSize) = (Int(fields.size), Int(fields.valueSize))
        let packed = MatrixTile.packedElements(
            lines: keys, depth: isGradient ? size + valueSize : size, width: tile.columns)
        let wide = max(size, valueSize)
        let product = max(
            tile.scratchElements(rows: rows, columns: keys, depth: wide),
            tile.scratchElements(rows: rows, columns: wide, depth: keys),
            tile.scratchElements(rows: keys, columns: wide, depth: rows))
        return MatrixExtent.plain(
            "scratch", elements: packed + rows * (keys + lanes) * (isGradient ? 2 : 1) + rows + product,
            access: .scratch)
    }
}

/// The definition of **attention**.
package struct AttentionInstruction: InstructionDefinition {
    package static let opcode = Opcode.attention
    package static let name = "attention"

    private let checked: CheckedAttention

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        checked = try CheckedAttention(parameters.load(AttentionParameters.self), lanes: lanes)
    }

    package func steps(samples: Int) -> Int? { checked.steps(samples: samples) }

    package func operands(samples: Int) -> [OperandExtent] {
        let fields = checked.fields
        return [
            checked.query.operand(samples: samples, sampleStride: fields.query.sampleStride, access: .read),
            checked.key.operand(samples: samples, sampleStride: fields.key.sampleStride, access: .read),
            checked.value.operand(samples: samples, sampleStride: fields.value.sampleStride, access: .read),
            checked.maskOperand(samples: samples),
            checked.lengths(samples: samples),
            checked.output.operand(samples: samples, sampleStride: fields.output.sampleStride, access: .write),
            checked.logarithms(samples: samples, access: .write),
            checked.scratch(isGradient: false),
        ]
    }

    package var partitions: [Partition] {
        [checked.fields.headPartition, checked.fields.queryPartition(lanes: checked.lanes)]
    }
}

extension AttentionParameters {
    /// By key heads, with the heads that read them.
    fileprivate var headPartition: Partition {
        let whole = self
        let unit = Int(heads / keyHeads)
        return Partition(.products, units: Int(keyHeads), isContiguous: output.headStride > output.rowStride) { units in
            let first = units.lowerBound * unit
            var part = whole
            part.heads = Int32(units.count * unit)
            part.keyHeads = Int32(units.count)
            func offset(_ layout: HeadLayout, _ head: Int) -> Int { 4 * head * Int(layout.headStride) }
            return Partition.Part(
                parameters: ParameterBytes(part).bytes,
                offsets: [
                    offset(whole.query, first), offset(whole.key, units.lowerBound),
                    offset(whole.value, units.lowerBound), offset(whole.mask, first), 0, offset(whole.output, first),
                    4 * first * Int(whole.queries), 0,
                ])
        }
    }

    /// By queries: by a tile's, or, where each sees other keys, by those whose scores are in memory together, for these are multiplied
    /// by the values of all keys that one of them sees. The logarithms of a head lie together: they must be left out.
    fileprivate func queryPartition(lanes: Int) -> Partition {
        let whole = self
        let (all, unit) = (Int(queries), causal == 1 ? Self.rowsTogether : MatrixTile(lanes: lanes).rows)
        // Each part packs the keys.
        let keyBytes = 8 * Int(keyHeads) * Int(keys) * Int(size)
        return Partition(.rows, units: (all + unit - 1) / unit, sharedBytes: keyBytes, absent: 6) { units in
            let first = units.lowerBound * unit
            var part = whole
            part.queries = Int32(min(units.upperBound * unit, all) - first)
            part.causalOffset += Int32(first)
            func offset(_ layout: HeadLayout) -> Int { 4 * first * Int(layout.rowStride) }
            return Partition.Part(
                parameters: ParameterBytes(part).bytes,
                offsets: [offset(whole.query), 0, 0, offset(whole.mask), 0, offset(whole.output), 0, 0])
        }
    }
}
