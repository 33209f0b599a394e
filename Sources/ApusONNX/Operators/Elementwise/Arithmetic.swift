import ApusGraph

extension OperatorTable {
    static let arithmetic: [OperatorEntry] = [
        .binary("Add", since: 7, Add()), .binary("Sub", since: 7, Subtract()),
        .binary("Mul", since: 7, Multiply()), .binary("Div", since: 7, Divide()),
        OperatorEntry("Pow", since: 7) { node throws(NodeFailure) in try node.takePower() },
        OperatorEntry("Mod", since: 10) { node throws(NodeFailure) in
            let takesDividendSign = try node.flag("fmod")
            try node.finish(Modulo(takesDividendSign: takesDividendSign), node.input(0), node.input(1))
        },
        .unary("Neg", since: 6, Negate()), .unary("Abs", since: 6, Absolute()), .unary("Sign", since: 9, Sign()),
        .unary("Floor", since: 6, Floor()), .unary("Ceil", since: 6, Ceiling()),
        .unary("Round", since: 11, Round()), .unary("Reciprocal", since: 6, Reciprocal()),
        OperatorEntry("Sum", since: 8) { node throws(NodeFailure) in node.finish(try node.joined(Add())) },
        OperatorEntry("Mean", since: 8) { node throws(NodeFailure) in
            let sum = try node.joined(Add())
            guard node.inputCount > 1 else { return node.finish(sum) }
            try node.finish(Divide(), sum, node.scalar(Double(node.inputCount), like: sum))
        },
    ]
}

extension NodeImport {
    /// All inputs joined by an operator of two, from the first on.
    mutating func joined(_ operation: any Operator) throws(NodeFailure) -> ValueID {
        var rest = try inputs()[...]
        guard var result = rest.popFirst() else { throw failure("has no inputs") }
        for value in rest { result = try apply(operation, result, value) }
        return result
    }

    /// A power has the base's type, whatever the exponent's is.
    fileprivate mutating func takePower() throws(NodeFailure) {
        let (base, exponent) = (try input(0), try input(1))
        if let known = knownTensor(exponent), known.count == 1, known.elements == [2], rank(exponent) <= rank(base) {
            return try finish(Multiply(), base, base)
        }
        let (own, other) = (type(base).elementType, type(exponent).elementType)
        guard own != other else { return try finish(Power(), base, exponent) }
        // The type that holds both.
        let common: ElementType =
            if own.isFloatingPoint { own == .f64 || other == .f64 ? .f64 : .f32 } else {
                other.isFloatingPoint ? .f64 : .i64
            }
        let power = try apply(Power(), cast(base, to: common), cast(exponent, to: common))
        finish(try cast(power, to: own))
    }
}
