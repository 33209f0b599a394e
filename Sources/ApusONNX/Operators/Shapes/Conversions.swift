import ApusGraph

extension OperatorTable {
    static let conversions: [OperatorEntry] = [
        OperatorEntry("Cast", since: 6) { node throws(NodeFailure) in
            guard let elementType = try node.optionalElementType("to") else { throw node.failure("has no 'to'") }
            try node.ignoreEightBitForms()
            node.finish(try node.cast(node.input(0), to: elementType))
        },
        OperatorEntry("CastLike", since: 15) { node throws(NodeFailure) in
            try node.ignoreEightBitForms()
            let (x, other) = (try node.input(0), try node.input(1))
            node.finish(try node.cast(x, to: node.type(other).elementType))
        },
        OperatorEntry("BitCast", since: 26) { node throws(NodeFailure) in
            guard let elementType = try node.optionalElementType("to") else { throw node.failure("has no 'to'") }
            let x = try node.input(0)
            let own = node.type(x).elementType
            let isWhole = !own.isFloatingPoint && (elementType.isInteger || elementType == own)
            guard own == elementType || isWhole && own.size == elementType.size else {
                throw node.failure("takes the bits of \(own.rawValue) for \(elementType.rawValue)")
            }
            node.finish(try node.cast(x, to: elementType))
        },
    ]
}

extension NodeImport {
    /// How numbers of 8-bit floating-point types are rounded, which Apus has none of.
    fileprivate mutating func ignoreEightBitForms() throws(NodeFailure) {
        _ = try optionalInt("saturate")
        _ = try optionalString("round_mode")
    }
}
