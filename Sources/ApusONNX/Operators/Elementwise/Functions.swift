import ApusGraph

extension OperatorTable {
    static let functions: [OperatorEntry] = [
        .unary("Sqrt", since: 6, SquareRoot()), .unary("Exp", since: 6, Exponential()),
        .unary("Log", since: 6, Logarithm()), .unary("Erf", since: 9, ErrorFunction()),
        .unary("Sin", since: 7, Sine()), .unary("Cos", since: 7, Cosine()), .unary("Tan", since: 7, Tangent()),
        .unary("Asin", since: 7, ArcSine()), .unary("Acos", since: 7, ArcCosine()),
        .unary("Atan", since: 7, ArcTangent()),
        .unary("Sinh", since: 9, HyperbolicSine()), .unary("Cosh", since: 9, HyperbolicCosine()),
        .unary("Asinh", since: 9, InverseHyperbolicSine()), .unary("Acosh", since: 9, InverseHyperbolicCosine()),
        .unary("Atanh", since: 9, InverseHyperbolicTangent()),
    ]
}
