import ApusGraph

extension OperatorTable {
    static let comparisons: [OperatorEntry] = [
        .binary("Equal", since: 7, Equal()), .binary("Less", since: 7, Less()), .binary("Greater", since: 7, Greater()),
        .binary("LessOrEqual", since: 12, LessOrEqual()), .binary("GreaterOrEqual", since: 12, GreaterOrEqual()),
        .unary("IsNaN", since: 9, IsNaN()),
        OperatorEntry("IsInf", since: 10) { node throws(NodeFailure) in
            let above = try node.flag("detect_positive", default: true)
            let below = try node.flag("detect_negative", default: true)
            try node.finish(IsInfinite(above: above, below: below), node.input(0))
        },
        OperatorEntry("Where", since: 9) { node throws(NodeFailure) in
            try node.finish(Where(), node.input(0), node.input(1), node.input(2))
        },
    ]
}
