/// What scaled dot-product attention and its gradient share: their attributes, and the types of their operands.
struct AttentionLayout: Sendable, Equatable {
    /// Heads of the query.
    var heads: Int
    /// Heads of key and value. Query head `h` reads head `h / (heads / keyHeads)` of these.
    var keyHeads: Int
    /// nil: 1 / sqrt(size of a head).
    var scale: Double?
    /// Whether query `i` sees only the keys up to `i + causalOffset`.
    var isCausal = false
    var causalOffset = 0

    static let offsets = -16_777_216...16_777_216

    static let attributes: [OperatorDocumentation.Entry] = [
        .init("heads", "heads of the query"),
        .init("key_heads", "heads of key and value, which groups of the query's heads share; as heads"),
        .init("scale", "what the products are multiplied by; 1 / sqrt(size of a head)"),
        .init("causal", "whether query i sees only the keys up to i + causal_offset; false"),
        .init("causal_offset", "0"),
    ]

    static let constraints: [OperatorDocumentation.Entry] = [
        .init("C1", "query, key and value, and optionally a mask, and optionally lengths"),
        .init("C2", "query, key and value are f32 of three dimensions, numbers but for the first, which is the same"),
        .init("C3", "`key_heads` divides `heads`"),
        .init("C4", "the heads divide the last dimensions, and heads of query and key have one size"),
        .init("C5", "key and value have as many rows"),
    ]

    init(heads: Int, keyHeads: Int? = nil, scale: Double? = nil, causalOffset: Int? = nil) {
        self.heads = heads
        self.keyHeads = keyHeads ?? heads
        self.scale = scale
        isCausal = causalOffset != nil
        self.causalOffset = causalOffset ?? 0
    }

    init(_ attributes: inout AttributeReader) throws(AttributeError) {
        heads = try attributes.integer("heads", in: AttributeRange.channels)
        keyHeads = try attributes.integer("key_heads", in: AttributeRange.channels, default: heads)
        let given = try attributes.number("scale", in: AttributeRange.single, default: .nan)
        scale = given.isNaN ? nil : given
        isCausal = try attributes.boolean("causal", default: false)
        causalOffset = try attributes.integer("causal_offset", in: Self.offsets, default: 0)
        guard isCausal || causalOffset == 0 else {
            throw AttributeError(
                attribute: "causal_offset", message: "a 'causal_offset' of \(causalOffset) needs 'causal'",
                remedy: "add 'causal: true', or leave it out")
        }
    }

    var attributes: [Attribute] {
        [Attribute("heads", .integer(heads))]
            + (keyHeads == heads ? [] : [Attribute("key_heads", .integer(keyHeads))])
            + (scale.map { [Attribute("scale", .number($0))] } ?? [])
            + (isCausal ? [Attribute("causal", .boolean(true))] : [])
            + (causalOffset == 0 ? [] : [Attribute("causal_offset", .integer(causalOffset))])
    }

    /// Checks query, key and value.
    func sizes(_ operands: [TensorType], _ name: String) throws(ConstraintViolation) -> AttentionSizes {
        guard operands.count >= 3 else {
            throw ConstraintViolation(
                "C1", "\(name) takes a query, a key and a value, not \(operands.count) operands",
                remedy: "give it all three, the same one three times for self-attention")
        }
        var shapes: [[Int]] = []
        for (index, type) in operands.prefix(3).enumerated() {
            guard type.elementType == .f32, type.rank == 3, type.dimensions[0] == operands[0].dimensions[0],
                let shape = TensorType(.f32, Array(type.dimensions.dropFirst())).shape
            else {
                throw ConstraintViolation(
                    "C2", "\(name) works on f32[N, rows, heads × size], not on \(type)",
                    remedy: "give query, key and value of three dimensions, numbers but for the batch of all",
                    at: .operand(index))
            }
            shapes.append(shape)
        }
        guard heads >= 1, keyHeads >= 1, heads % keyHeads == 0 else {
            throw ConstraintViolation(
                "C3", "\(heads) heads can't share \(keyHeads) key heads evenly",
                remedy: "make 'key_heads' a divisor of 'heads'", at: .attribute("key_heads"))
        }
        guard shapes[0][1] % heads == 0, shapes[1][1] % keyHeads == 0, shapes[2][1] % keyHeads == 0,
            shapes[0][1] / heads == shapes[1][1] / keyHeads
        else {
            throw ConstraintViolation(
                "C4",
                "rows of \(shapes[0][1]), \(shapes[1][1]) and \(shapes[2][1]) numbers can't be \(heads) heads of the query and "
                    + "\(keyHeads) of key and value",
                remedy: "make the rows of query and key as many times one size as they have heads",
                at: .attribute("heads"))
        }
        guard shapes[1][0] == shapes[2][0] else {
            throw ConstraintViolation(
                "C5", "\(name) has \(shapes[1][0]) keys and \(shapes[2][0]) values", remedy: "give as many of both",
                at: .operand(2))
        }
        return AttentionSizes(
            batch: operands[0].dimensions[0], queries: shapes[0][0], keys: shapes[1][0], size: shapes[0][1] / heads,
            valueSize: shapes[2][1] / keyHeads)
    }

    /// Which of the operands from number `first` on are mask and lengths; checked.
    func extras(
        _ operands: [TensorType], from first: Int, _ sizes: AttentionSizes, _ name: String, count: String, mask: String,
        lengths: String
    ) throws(ConstraintViolation) -> AttentionExtras {
        var extras = AttentionExtras()
        for index in operands.indices.dropFirst(first) {
            let isLengths = operands[index].elementType == .i32
            if isLengths, extras.lengths == nil {
                extras.lengths = index
            } else if !isLengths, extras.mask == nil, extras.lengths == nil {
                extras.mask = index
            } else {
                throw ConstraintViolation(
                    count, "\(name) takes one mask and then lengths, not \(operands[index]) as well",
                    remedy: "give an f32 mask, i32 lengths, or both")
            }
        }
        if let index = extras.mask {
            let full = [sizes.batch, .fixed(heads), .fixed(sizes.queries), .fixed(sizes.keys)]
            guard operands[index].elementType == .f32, operands[index].rank == 4,
                zip(operands[index].dimensions, full).allSatisfy({ $0 == 1 || $0 == $1 })
            else {
                throw ConstraintViolation(
                    mask, "the mask of \(name) is \(operands[index]), not \(TensorType(.f32, full))",
                    remedy: "give it these dimensions, or 1 for those along which it is the same", at: .operand(index))
            }
        }
        if let index = extras.lengths {
            try OperandChecks(name, operands).match(lengths, index, TensorType(.i32, [sizes.batch]), "the lengths")
        }
        return extras
    }
}

/// The numbers of an attention call.
struct AttentionSizes {
    var batch: Dimension
    var queries: Int
    var keys: Int
    var size: Int
    var valueSize: Int
}

/// The numbers of the operands that may be left out.
struct AttentionExtras {
    var mask: Int?
    var lengths: Int?
}
