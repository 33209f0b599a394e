import ApusGraph

extension OperatorTable {
    static let logic: [OperatorEntry] = [
        .binary("And", since: 7, And()), .binary("Or", since: 7, Or()), .binary("Xor", since: 7, ExclusiveOr()),
        .unary("Not", Not()),
        .binary("BitwiseAnd", since: 18, BitwiseAnd()), .binary("BitwiseOr", since: 18, BitwiseOr()),
        .binary("BitwiseXor", since: 18, BitwiseExclusiveOr()), .unary("BitwiseNot", since: 18, BitwiseNot()),
        OperatorEntry("BitShift", since: 11) { node throws(NodeFailure) in
            let toRight = try node.word("direction", default: "", ["LEFT": false, "RIGHT": true])
            let (x, y) = (try node.input(0), try node.input(1))
            let places = toRight ? try node.withinBits(y) : y
            try node.finish(BitShift(toRight: toRight), x, places)
        },
    ]
}

extension NodeImport {
    /// Places to shift a signed number to the right by, so that its sign alone remains where they are below 0 or beyond its bits.
    fileprivate mutating func withinBits(_ places: ValueID) throws(NodeFailure) -> ValueID {
        guard [.i8, .i16, .i32, .i64].contains(type(places).elementType) else { return places }
        let all = try scalar(63, like: places)
        let isNegative = try apply(Less(), places, scalar(0, like: places))
        return try apply(Where(), isNegative, all, apply(Minimum(), places, all))
    }
}
