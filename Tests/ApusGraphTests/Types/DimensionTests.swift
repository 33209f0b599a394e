import ApusGraph
import OperatorCases
import Testing

struct DimensionTests {
    private let n: Dimension = "N"
    private let t: Dimension = "T"

    @Test func numbersAreComputed() {
        let seven: Dimension = 7
        #expect(seven + 3 == 10 && seven - 9 == -2 && seven * 2 == 14)
        #expect(seven / 2 == 3 && (seven - 14) / 2 == -4)
    }

    @Test func equalSumsAreEqualValues() {
        #expect(n + t == t + n)
        #expect(n * t * 2 == t * 2 * n)
        #expect((n + 1) * (n - 1) == n * n - 1)
        #expect(n + t - n == t)
        #expect(n - n == 0)
        #expect(n + 1 != n)
    }

    @Test func quotientsAreRoundedDownAndTakeOutWhatDivides() {
        #expect((t * 4) / 2 == t * 2)
        #expect((t * 2 + 3) / 2 == t + 1)
        #expect(((t - 1) / 2) / 3 != t / 6)
        #expect((t + 5 - 3) / 2 + 1 == t / 2 + 2)
        for number in -9...9 {
            let expected = (Double(number - 3) / 2).rounded(.down)
            #expect(((t - 3) / 2).replacing(["T": .fixed(number)]) == .fixed(Int(expected)), "T = \(number)")
        }
    }

    @Test func textIsReadBack() throws {
        for (dimension, text) in [
            (t * 2 + 1, "2*T + 1"), ((t - 3) / 2 + 1, "((T - 3)/2) + 1"), (n * t, "N*T"), (t / 2 * 3, "3*(T/2)"),
            (0 - t, "-T"), (n - t, "N - T"), (t / 2 * n, "(T/2)*N"),
        ] {
            // Quotients are taken apart so that what divides is outside, whatever stood in the text.
            let printed = "\(dimension)"
            let graph = try Graph.parse("model m\ninput x: f32[N, T]\ninput y: f32[\(printed)]\noutput x\n")
            #expect(graph.values[1].type.dimensions == [dimension], "\(text) was printed as \(printed)")
        }
        #expect("\(t * 2 + 1)" == "2*T + 1")
    }

    /// Sums and quotients of random numbers, against the same arithmetic on numbers.
    @Test func arithmeticAgreesWithNumbers() {
        let seed: UInt64 = 11
        var random = SeededRandom(seed: seed)
        for number in 0..<500 {
            let (tValue, nValue) = (random.integer(-20...20), random.integer(-20...20))
            var dimension: Dimension = random.chance(0.5) ? t : n
            var expected = dimension == t ? tValue : nValue
            for _ in 0..<random.integer(1...6) {
                let operand = random.integer(1...5)
                switch random.integer(0...4) {
                case 0: (dimension, expected) = (dimension + .fixed(operand), expected + operand)
                case 1: (dimension, expected) = (dimension * .fixed(operand), expected * operand)
                case 2: (dimension, expected) = (dimension - t, expected - tValue)
                case 3: (dimension, expected) = (dimension + n, expected + nValue)
                default:
                    dimension = dimension / operand
                    expected = Int((Double(expected) / Double(operand)).rounded(.down))
                }
            }
            let replaced = dimension.replacing(["T": .fixed(tValue), "N": .fixed(nValue)])
            #expect(
                replaced == .fixed(expected), "\(dimension), T = \(tValue), N = \(nValue), case \(number), seed \(seed)"
            )
        }
    }

    @Test func typesReplaceTheirSymbols() {
        let type = TensorType(.i64, [n, t * 2, 3])
        #expect(type.symbols == ["N", "T"] && type.shape == nil)
        #expect(type.replacing(["N": 4, "T": 5]).shape == [4, 10, 3])
        #expect(n.multiple(of: "N") == 1 && (n * 12).multiple(of: "N") == 12 && (n + 1).multiple(of: "N") == nil)
    }

    /// What can't be held is no dimension, whatever is computed of it, and equal to none.
    @Test func whatIsTooLargeIsNoDimension() throws {
        let large: Dimension = .fixed(1 << 40)
        let three: Dimension = 3
        let largest: Dimension = .fixed(.max)
        let overflow: Dimension = .fixed(.min)
        #expect(large * large == overflow && n * large * large == overflow && largest + 1 == overflow)
        #expect(n * largest + n == overflow && 0 - largest - 2 == overflow)
        #expect(overflow * 0 == overflow && overflow + largest == overflow && overflow / 2 == overflow)
        #expect((n + overflow) - overflow == overflow && (n * large * large) / 3 * three == overflow)
        #expect((n * largest) / (.max - 1) * 2 - n != n)
        var editor = GraphEditor(name: "large")
        for dimension in [overflow, n * large, n * large * large] {
            let error = try #require(throws: GraphError.self) {
                _ = try editor.addInput("x", TensorType(.f32, [dimension]))
            }
            #expect(error.message.contains("is too large: a value has at most 2147483647 elements a sample"))
        }
    }

    /// A sum that is multiplied by itself, or halved, again and again, does not grow without an end.
    @Test func sumsThatGrowEnd() {
        var (square, halves) = (n + t, n + t)
        for _ in 0..<100 {
            square = square * square
            halves = halves / 2 + n
        }
        #expect(square == .fixed(.min) && halves.partCount <= 512)
        for _ in 0..<1000 { halves = halves / 2 + n }
        #expect(halves == .fixed(.min))
    }
}
