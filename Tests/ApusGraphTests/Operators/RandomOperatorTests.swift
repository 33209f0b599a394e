import ApusGraph
import Testing

struct RandomOperatorTests {
    /// The known answers of Random123's own tests.
    @Test func philoxGivesTheKnownAnswers() {
        let zero = Philox.words(counter: (0, 0, 0, 0), key: (0, 0))
        #expect(zero == (0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
        let ones = Philox.words(counter: (.max, .max, .max, .max), key: (.max, .max))
        #expect(ones == (0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
        let pi = Philox.words(
            counter: (0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), key: (0xa409_3822, 0x299f_31d0))
        #expect(pi == (0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1))
    }

    private let shape = [20, 1000]
    private func draw(_ operation: any Operator, seed: UInt64 = 3, step: Int = 1, of value: Double) -> [Double] {
        let x = Tensor(shape: shape, repeating: value)
        return operation.evaluate([x], results: [shape], context: EvaluationContext(seed: seed, step: step))[0].elements
    }

    @Test func dropoutKeepsTheExpectation() {
        let y = draw(DropoutTraining(rate: 0.25, stream: 1), of: 3)
        #expect(y.allSatisfy { $0 == 0 || abs($0 - 4) < 1e-6 })
        let dropped = Double(y.count { $0 == 0 }) / Double(y.count)
        #expect(abs(dropped - 0.25) < 0.015)  // Five standard deviations of 20,000 draws.
        #expect(draw(DropoutTraining(rate: 0, stream: 1), of: 3).allSatisfy { $0 == 3 })
        #expect(draw(Dropout(rate: 0.25), of: 3).allSatisfy { $0 == 3 })
    }

    @Test func noiseIsNormal() {
        let y = draw(GaussianNoise(amount: 2, stream: 1), of: 1)
        let count = Double(y.count)
        let mean = y.reduce(0, +) / count
        let moments = [2, 3, 4].map { power in
            y.reduce(0) { sum, x in sum + (0..<power).reduce(1.0) { product, _ in product * (x - mean) / 2 } } / count
        }
        #expect(abs(mean - 1) < 0.07)
        #expect(abs(moments[0] - 1) < 0.05)
        #expect(abs(moments[1]) < 0.1)
        #expect(abs(moments[2] - 3) < 0.25)
        let neighbours = zip(y, y.dropFirst()).reduce(0) { $0 + ($1.0 - 1) * ($1.1 - 1) / 4 } / count
        #expect(abs(neighbours) < 0.04)
    }

    @Test func everythingButTheOperatorChangesTheDraw() {
        let noise = GaussianNoise(amount: 1, stream: 1)
        let y = draw(noise, of: 0)
        #expect(draw(noise, of: 0) == y)
        #expect(draw(noise, seed: 4, of: 0) != y)
        #expect(draw(noise, seed: 3 + 1 << 32, of: 0) != y)
        #expect(draw(noise, step: 2, of: 0) != y)
        #expect(draw(GaussianNoise(amount: 1, stream: 2), of: 0) != y)
        #expect(y[..<1000] != y[1000..<2000])
    }
}
