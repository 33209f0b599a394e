/// Operators that compute element by element. Their attributes are explained in the language reference.
extension GraphBuilder {
    public mutating func subtract(_ x: ValueID, _ y: ValueID, name: String? = nil) -> ValueID {
        call(Subtract(), [x, y], name)
    }

    public mutating func divide(_ x: ValueID, _ y: ValueID, name: String? = nil) -> ValueID {
        call(Divide(), [x, y], name)
    }

    public mutating func pow(_ x: ValueID, _ y: ValueID, name: String? = nil) -> ValueID {
        call(Power(), [x, y], name)
    }

    public mutating func min(_ x: ValueID, _ y: ValueID, name: String? = nil) -> ValueID {
        call(Minimum(), [x, y], name)
    }

    public mutating func max(_ x: ValueID, _ y: ValueID, name: String? = nil) -> ValueID {
        call(Maximum(), [x, y], name)
    }

    public mutating func clip(
        _ x: ValueID, min: Double = -.infinity, max: Double = .infinity, name: String? = nil
    ) -> ValueID {
        call(Clip(minimum: min, maximum: max), [x], name)
    }

    public mutating func neg(_ x: ValueID, name: String? = nil) -> ValueID { call(Negate(), [x], name) }
    public mutating func abs(_ x: ValueID, name: String? = nil) -> ValueID { call(Absolute(), [x], name) }
    public mutating func sqrt(_ x: ValueID, name: String? = nil) -> ValueID { call(SquareRoot(), [x], name) }
    public mutating func exp(_ x: ValueID, name: String? = nil) -> ValueID { call(Exponential(), [x], name) }
    public mutating func log(_ x: ValueID, name: String? = nil) -> ValueID { call(Logarithm(), [x], name) }

    public mutating func `where`(
        _ condition: ValueID, _ x: ValueID, _ y: ValueID, name: String? = nil
    ) -> ValueID {
        call(Where(), [condition, x, y], name)
    }

    public mutating func cast(_ x: ValueID, to type: ElementType, name: String? = nil) -> ValueID {
        call(Cast(to: type), [x], name)
    }

    public mutating func leakyRelu(_ x: ValueID, slope: Double = 0.01, name: String? = nil) -> ValueID {
        call(LeakyRelu(slope: slope), [x], name)
    }

    public mutating func prelu(_ x: ValueID, parameters: [ValueID] = [], name: String? = nil) -> ValueID {
        call(PRelu(), [x] + parameters, name)
    }

    public mutating func elu(_ x: ValueID, alpha: Double = 1, name: String? = nil) -> ValueID {
        call(Elu(alpha: alpha), [x], name)
    }

    /// - Parameter approximate: whether the hyperbolic tangent takes the place of the error function.
    public mutating func gelu(_ x: ValueID, approximate: Bool = false, name: String? = nil) -> ValueID {
        call(Gelu(isApproximate: approximate), [x], name)
    }

    public mutating func silu(_ x: ValueID, name: String? = nil) -> ValueID { call(Silu(), [x], name) }
    public mutating func mish(_ x: ValueID, name: String? = nil) -> ValueID { call(Mish(), [x], name) }
    public mutating func hardSigmoid(_ x: ValueID, name: String? = nil) -> ValueID { call(HardSigmoid(), [x], name) }
    public mutating func hardSwish(_ x: ValueID, name: String? = nil) -> ValueID { call(HardSwish(), [x], name) }
    public mutating func softplus(_ x: ValueID, name: String? = nil) -> ValueID { call(Softplus(), [x], name) }
}
