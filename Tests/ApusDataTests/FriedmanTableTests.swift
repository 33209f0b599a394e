import ApusData
import Testing

@Suite struct FriedmanTableTests {
    @Test func theFunctionIsTheOneOfThePaper() {
        var x = [Float](repeating: 0.5, count: 10)
        // 10 · sin(π/4) + 0 + 5 + 2.5
        #expect(abs(FriedmanTable.value(x) - 14.571_068) < 1e-5)
        x[2] = 0
        #expect(abs(FriedmanTable.value(x) - 19.571_068) < 1e-5)
        x[9] = 0.9
        #expect(abs(FriedmanTable.value(x) - 19.571_068) < 1e-5)
    }

    @Test func rowsDependOnSeedAndIndexAlone() {
        let table = FriedmanTable(seed: 2)
        #expect(table.row(7).features == FriedmanTable(seed: 2).row(7).features)
        #expect(table.row(7).target == FriedmanTable(seed: 2).row(7).target)
        #expect(table.row(7).features != table.row(8).features)
        #expect(table.row(7).features != FriedmanTable(seed: 3).row(7).features)
    }

    @Test func variancesAreThoseOfTheSignalAndTheNoise() {
        let table = FriedmanTable(seed: 1)
        let rows = (0..<20_000).map(table.row)
        let signal = rows.map { Double(FriedmanTable.value($0.features)) }
        let noise = zip(rows, signal).map { Double($0.target) - $1 }
        #expect(abs(variance(signal) - 23.8) < 0.7)
        #expect(abs(variance(noise) - 1) < 0.04)
    }

    @Test func theTextReadsBackTheSame() {
        let table = FriedmanTable(seed: 4)
        let lines = table.csv(3..<5).split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines[0] == "x1,x2,x3,x4,x5,x6,x7,x8,x9,x10,y")
        let row = table.row(3)
        #expect(lines[1].split(separator: ",").map { Float(String($0)) } == row.features + [row.target])
    }

    private func variance(_ values: [Double]) -> Double {
        let mean = values.reduce(0, +) / Double(values.count)
        return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    }
}
