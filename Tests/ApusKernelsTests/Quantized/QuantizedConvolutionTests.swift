import ApusInstructions
import TestSupport
import Testing

/// Convolutions of bytes by every set of kernels, those that multiply by fours too, against plain loops: to the bit.
@Suite struct QuantizedConvolutionTests {
    @Test("results are the definition's", arguments: InstructionSet.ofBytes)
    func areExact(set: InstructionSet) {
        for seed in 0..<600 {
            let item = QuantizedCase(
                seed: seed, lanes: set.lanes, seed % 3 == 0 ? .depthwise : seed % 6 == 1 ? .dense : .convolution)
            guard isExact(item, on: set) else { return }
        }
    }

    @Test("results of Winograd's algorithm are the definition's", arguments: InstructionSet.ofBytes)
    func winogradIsExact(set: InstructionSet) {
        for seed in 3000..<3200 {
            guard isExact(QuantizedCase(seed: seed, lanes: set.lanes, .winograd), on: set) else { return }
        }
    }

    /// Images of up to 480 positions: a kernel finds a part of them at a time.
    @Test("many linear positions are found", arguments: InstructionSet.ofBytes)
    func linearPositionsAreFound(set: InstructionSet) {
        for seed in 4000..<4020 {
            guard isExact(QuantizedCase(seed: seed, lanes: set.lanes, isLarge: true), on: set) else { return }
        }
    }

    @Test("sums are results", arguments: InstructionSet.ofBytes)
    func sumsAreExact(set: InstructionSet) {
        for seed in 2000..<2200 {
            let item = QuantizedCase(
                seed: seed, lanes: set.lanes, seed % 3 == 0 ? .dense : .convolution, hasSums: true)
            guard isExact(item, on: set) else { return }
        }
    }

    /// Records where a result is not the definition's.
    private func isExact(_ item: QuantizedCase, on set: InstructionSet) -> Bool {
        let result = item.run(on: set)
        let place = result.indices.first { (item.expected[$0] ?? 0xA5) != result[$0] }
        guard let place else { return !result.isEmpty }
        Issue.record(
            "\(set), \(item): byte \(place) is \(result[place]), not \(item.expected[place].map { "\($0)" } ?? "left alone")"
        )
        return false
    }

    @Test("every tile gives the same bytes", arguments: InstructionSet.ofBytes)
    func tilesAgree(set: InstructionSet) {
        for seed in 1000..<1020 {
            var item = QuantizedCase(seed: seed, lanes: set.lanes, seed % 4 == 1 ? .dense : .convolution)
            let pooled = item.parameters.convolution.poolHeight > 0
            for rows in pooled ? [2] : [0, 1] {
                for tile in QuantizedCase.tiles(of: item.parameters.convolution, rows: rows, lanes: set.lanes) {
                    item.parameters.convolution.tile = tile
                    let result = item.run(on: set)
                    #expect(
                        result.indices.allSatisfy { (item.expected[$0] ?? 0xA5) == result[$0] }, "\(set), \(item)")
                }
            }
        }
    }
}
