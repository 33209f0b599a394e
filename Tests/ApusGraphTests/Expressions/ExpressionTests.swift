import ApusGraph
import OperatorCases
import Testing

struct ExpressionTests {
    static let seed: UInt64 = 77

    @Test func textHasFewParentheses() {
        let (a, b, c) = (Expression.operand(0), Expression.operand(1), Expression.operand(2))
        #expect("\(a * (1 - b) / 2)" == "a * (1 - b) / 2")
        #expect("\(a - (b - c))" == "a - (b - c)")
        #expect("\((a - b) - c)" == "a - b - c")
        #expect("\(Expression.select(a > 0, .exponential(b), -2))" == "select(greater(a, 0), exp(b), -2)")
    }

    @Test func textIsReadBack() {
        var random = SeededRandom(seed: Self.seed)
        for number in 0..<500 {
            let expression = Self.random(depth: 4, &random)
            #expect(Expression("\(expression)") == expression, "\(expression), case \(number), seed \(Self.seed)")
        }
    }

    @Test func whatIsNoFormulaIsRefused() {
        for text in ["", "a +", "i", "a b", "exp(a, b)", "select(a, b)", "add(a, b)", "(a", "1..2", "a ** b"] {
            #expect(Expression(text) == nil, "\(text)")
        }
        #expect(Expression(String(repeating: "(", count: 1_000) + "a" + String(repeating: ")", count: 1_000)) == nil)
        #expect(Expression(String(repeating: "a + ", count: 10_000) + "a") == nil)
    }

    /// Every function by itself, within the numbers where it is smooth.
    @Test func derivativesAgreeWithCentralDifferences() {
        var random = SeededRandom(seed: Self.seed)
        for function in Expression.Unary.allCases where function != .bitNot {
            let inner = function == .inverseHyperbolicCosine ? Expression.operand(0) + 2 : .operand(0)
            check(.unary(function, inner), &random)
        }
        for function in Expression.Binary.allCases {
            check(.binary(function, .operand(0), .operand(1) * 0.9 + 0.003), &random)
        }
        check(.select(.operand(0) > 0.503, .operand(1) * .operand(0), .exponential(.operand(1))), &random)
    }

    private func check(_ expression: Expression, _ random: inout SeededRandom) {
        for number in 0..<50 {
            let point = [0.05 + 0.9 * random.spread(7)[0].magnitude, 0.05 + 0.9 * random.spread(9)[0].magnitude]
            for operand in 0..<2 {
                let given = expression.derivative(of: operand).evaluate(point)
                let step = 1e-6
                var (above, below) = (point, point)
                above[operand] += step
                below[operand] -= step
                let expected = (expression.evaluate(above) - expression.evaluate(below)) / (2 * step)
                // Near a corner the difference is none of the derivative: there it is larger than any slope here.
                guard expected.isFinite, abs(expected) < 1e3 else { continue }
                #expect(
                    abs(given - expected) <= 1e-6 * max(1, abs(expected)),
                    "d \(expression) / d \(operand) at \(point), case \(number), seed \(Self.seed)")
            }
        }
    }

    @Test func integersAreExact() {
        func apply(_ function: Expression.Binary, _ x: Int, _ y: Int) -> Int {
            Expression.binary(function, .operand(0), .operand(1)).evaluate([x, y])
        }
        let large = Int.max
        #expect(apply(.add, large, 1) == Int.min)
        #expect(apply(.divide, -7, 2) == -3 && apply(.divide, 5, 0) == 0 && apply(.divide, Int.min, -1) == Int.min)
        #expect(apply(.modulo, -7, 3) == 2 && apply(.remainder, -7, 3) == -1 && apply(.modulo, 7, 0) == 0)
        #expect(apply(.power, 3, 4) == 81 && apply(.power, 2, -1) == 0 && apply(.power, -1, -3) == -1)
        #expect(apply(.shiftLeft, 1, 63) == Int.min && apply(.shiftRight, 8, 64) == 0)
        #expect(Expression.unary(.absolute, .operand(0)).evaluate([Int.min]) == Int.min)
    }

    private static func random(depth: Int, _ random: inout SeededRandom) -> Expression {
        if depth == 0 || random.chance(0.2) {
            return random.chance(0.6)
                ? .operand(random.integer(0...7)) : .constant(random.pick(0, -1, 2.5, 1e-30, -0.125, .infinity))
        }
        switch random.integer(0...3) {
        case 0:
            return .unary(
                Expression.Unary.allCases.randomElement(using: &random) ?? .sign, Self.random(depth: depth - 1, &random)
            )
        case 1:
            return .select(
                Self.random(depth: depth - 1, &random), Self.random(depth: depth - 1, &random),
                Self.random(depth: depth - 1, &random))
        default:
            return .binary(
                Expression.Binary.allCases.randomElement(using: &random) ?? .add,
                Self.random(depth: depth - 1, &random), Self.random(depth: depth - 1, &random))
        }
    }
}
