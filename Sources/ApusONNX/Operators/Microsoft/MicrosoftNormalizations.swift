import ApusGraph

extension OperatorTable {
    static let microsoftNormalizations: [OperatorEntry] =
        layerNormalizations(.microsoft) + layerNormalizations(.standard) + [
            OperatorEntry("SkipLayerNormalization", .microsoft) { node throws(NodeFailure) in
                try node.takeSkipNormalization(isCentered: true)
            },
            OperatorEntry("SkipSimplifiedLayerNormalization", .microsoft) { node throws(NodeFailure) in
                try node.takeSkipNormalization(isCentered: false)
            },
            OperatorEntry("EmbedLayerNormalization", .microsoft) { node throws(NodeFailure) in
                try node.takeEmbeddingNormalization()
            },
        ]

    /// What ONNX Runtime's optimizer wrote before ONNX had them, into either domain.
    private static func layerNormalizations(_ domain: OperatorEntry.Domain) -> [OperatorEntry] {
        [
            OperatorEntry("LayerNormalization", domain) { node throws(NodeFailure) in
                let (axis, epsilon) = try node.rowAttributes()
                try node.takeRowNormalization(axis: axis, epsilon: epsilon, isCentered: true)
            },
            OperatorEntry("SimplifiedLayerNormalization", domain) { node throws(NodeFailure) in
                let (axis, epsilon) = try node.rowAttributes()
                let x = try node.input(0)
                let rows = try node.normalizedRows(
                    x, scale: try node.input(1), bias: nil, axis: axis, epsilon: epsilon, isCentered: false)
                node.finish(rows.result)
                if node.makes(1) { node.finish(rows.inverse, output: 1) }
            },
        ]
    }
}

extension NodeImport {
    fileprivate mutating func rowAttributes() throws(NodeFailure) -> (axis: Int, epsilon: Double) {
        try require("stash_type", is: 1)
        return (try int("axis", default: -1), try epsilon())
    }

    /// The sum of two values, normalized.
    fileprivate mutating func takeSkipNormalization(isCentered: Bool) throws(NodeFailure) {
        let epsilon = try epsilon(default: 1e-12)
        var sum = try apply(Add(), try input(0), try input(1))
        if let bias = try optionalInput(isCentered ? 4 : 3) { sum = try apply(Add(), sum, bias) }
        let rows = try normalizedRows(
            sum, scale: try input(2), bias: isCentered ? try optionalInput(3) : nil, axis: -1, epsilon: epsilon,
            isCentered: isCentered)
        finish(rows.result)
        if let mean = rows.mean, makes(1) { finish(mean, output: 1) }
        if makes(2) { finish(rows.inverse, output: 2) }
        if makes(3) { finish(sum, output: 3) }
    }

    /// The embeddings of words, places and segments, added and normalized.
    fileprivate mutating func takeEmbeddingNormalization() throws(NodeFailure) {
        let epsilon = try epsilon(default: 1e-12)
        let words = try input(0)
        guard rank(words) == 2 else { throw failure("looks up \(type(words)), which are no rows of words") }
        var sum = try apply(Gather(), try input(2), words)
        let numbers = NumberRange(count: try dimension(1, of: words))
        let places = has(8) ? try input(8) : try apply(numbers)
        sum = try apply(Add(), sum, try apply(Gather(), try input(3), places))
        if has(1), has(4) { sum = try apply(Add(), sum, try apply(Gather(), try input(4), try input(1))) }
        let rows = try normalizedRows(
            sum, scale: try input(5), bias: try input(6), axis: -1, epsilon: epsilon, isCentered: true)
        finish(rows.result)
        let maskType = try int("mask_index_type", default: 0)
        if makes(1), maskType != 0 {
            guard maskType == 1 else { throw failure("'mask_index_type' is \(maskType)") }
        }
        if makes(1) {
            let zeros = Full(shape: [try dimension(0, of: words)], elementType: .i32)
            let counts =
                has(7)
                ? try apply(ReduceSum(axes: [1]), try apply(Cast(to: .i32), try input(7))) : try apply(zeros)
            finish(counts, output: 1)
        }
        if makes(2) { finish(sum, output: 2) }
    }
}
