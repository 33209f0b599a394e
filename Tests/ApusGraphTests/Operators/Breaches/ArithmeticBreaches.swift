import ApusGraph

private let rows = TensorType(.f32, ["N", 10])
private let labels = TensorType(.i32, ["N", 10])
private let truths = TensorType(.bool, ["N", 10])

extension Breach {
    static let arithmetic: [Breach] =
        elementwise(
            [Add(), Subtract(), Multiply(), Divide(), Power(), Modulo(), Minimum(), Maximum()], 2, refused: truths)
        + elementwise([Negate(), Absolute(), Sign(), Clip(minimum: 0)], 1, refused: truths)
        + elementwise([Reciprocal(), Floor(), Ceiling(), Round()], 1, refused: labels)
        + elementwise([Elementwise(.operand(0) * .operand(1))], 2, refused: labels)
        + [
            Breach(Add(), [rows, TensorType(.f32, [2, 10])], "C2", "N meets 2"),
            Breach(Add(), [rows, TensorType(.f32, ["M", 10])], "C2", "N meets M"),
            Breach(Multiply(), [rows, TensorType(.f64, [10])], "C1", "multiply can't work on f32[N, 10] and f64[10]"),
        ]

    static let functions: [Breach] = elementwise(
        [
            SquareRoot(), Exponential(), Logarithm(), ErrorFunction(), Sine(), Cosine(), Tangent(), ArcSine(),
            ArcCosine(),
            ArcTangent(), HyperbolicSine(), HyperbolicCosine(), InverseHyperbolicSine(), InverseHyperbolicCosine(),
            InverseHyperbolicTangent(),
        ], 1, refused: labels)

    static let comparison: [Breach] =
        [Equal(), NotEqual(), Less(), LessOrEqual(), Greater(), GreaterOrEqual()].flatMap {
            (operation: any ElementwiseOperator) in
            count(operation, 2)
                + [
                    Breach(
                        operation, [rows, labels], "C1", "\(operation.name) can't work on f32[N, 10] and i32[N, 10]"),
                    shapes(operation, .f32),
                ]
        }
        + elementwise([IsNaN(), IsInfinite()], 1, refused: labels)
        + elementwise([And(), Or(), ExclusiveOr()], 2, refused: rows, of: .bool)
        + elementwise([Not()], 1, refused: rows)
        + elementwise([BitwiseAnd(), BitwiseOr(), BitwiseExclusiveOr(), BitShift()], 2, refused: rows, of: .i32)
        + elementwise([BitwiseNot()], 1, refused: rows) + [
            Breach(Where(), [rows, rows], "C1", "where takes 3 operands, not 2"),
            Breach(
                Where(), [rows, rows, rows], "C1", "where can't work on f32[N, 10] and f32[N, 10] and f32[N, 10]"),
            Breach(Where(), [truths, rows, labels], "C1", "where can't work on bool[N, 10]"),
            Breach(
                Where(), [truths, rows, TensorType(.f32, [9])], "C2",
                "bool[N, 10], f32[N, 10] and f32[9] can't be broadcast: 10 meets 9"),
        ]

    static func elementwise(
        _ operations: [any ElementwiseOperator], _ number: Int, refused: TensorType, of type: ElementType = .f32
    ) -> [Breach] {
        operations.flatMap { operation in
            let operands = Array(repeating: refused, count: number)
            let text = operands.map(\.description).joined(separator: " and ")
            return count(operation, number)
                + [Breach(operation, operands, "C1", "\(operation.name) can't work on \(text)")]
                + (number == 2 ? [shapes(operation, type)] : [])
        }
    }

    private static func count(_ operation: any ElementwiseOperator, _ number: Int) -> [Breach] {
        let message = "\(operation.name) takes \(number) operand\(number == 1 ? "" : "s"), not 3"
        return [Breach(operation, [rows, rows, rows], "C1", message)]
    }

    private static func shapes(_ operation: any ElementwiseOperator, _ type: ElementType) -> Breach {
        let (first, second) = (TensorType(type, ["N", 10]), TensorType(type, [9]))
        return Breach(operation, [first, second], "C2", "\(first) and \(second) can't be broadcast: 10 meets 9")
    }
}
