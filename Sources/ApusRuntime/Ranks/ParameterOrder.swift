import ApusInstructions
import ApusPlan

/// The order of the trained parameters, which gradients, moments and averages have in common: each of these is one block of the state.
struct ParameterOrder {
    /// Trained numbers.
    let count: Int
    /// Where the parameters begin in the order, and behind them their count.
    private let boundaries: [Int]
    private let blocks: [Range<Int>]

    private static let kinds: [StateSlice.Kind] = [
        .parameter, .gradient, .firstMoment, .secondMoment, .average, .gradientSum,
    ]

    init(_ plan: Plan) {
        let blocks = Self.kinds.map { kind in plan.slices.filter { $0.kind == kind }.sorted { $0.offset < $1.offset } }
        let parameters = blocks[0]
        var boundaries = [0]
        for slice in parameters { boundaries.append((boundaries.last ?? 0) + slice.elements) }
        self.boundaries = boundaries
        count = boundaries.last ?? 0
        self.blocks = blocks.filter { block in
            block.count == parameters.count
                && zip(block, zip(parameters, boundaries)).allSatisfy { own, other in
                    own.elements == other.0.elements && own.offset == block[0].offset + 4 * other.1
                }
        }.map { block in block.isEmpty ? 0..<0 : block[0].offset..<block[0].offset + 4 * (boundaries.last ?? 0) }
    }

    /// The numbers that lie in these bytes of the state; nil where they are of no such block.
    func elements(in bytes: Range<Int>) -> Range<Int>? {
        guard let block = blocks.first(where: { $0.clamped(to: bytes) == bytes }) else { return nil }
        return (bytes.lowerBound - block.lowerBound) / 4..<(bytes.upperBound - block.lowerBound + 3) / 4
    }

    /// The numbers that each rank owns: as many as can be, cut between parameters where these are small, and else where instructions
    /// can be.
    ///
    /// - Parameter cuttable: ranges of numbers that instructions work on, each of which is cut at multiples of
    ///   ``Partition/elementStep``.
    func shares(ranks: Int, cuttable: [Range<Int>]) -> [Range<Int>] {
        func isValid(_ cut: Int) -> Bool {
            cuttable.allSatisfy { range in
                cut <= range.lowerBound || cut >= range.upperBound
                    || (cut - range.lowerBound) % Partition.elementStep == 0
            }
        }
        func nearest(_ cut: Int) -> Int {
            for distance in 0...count {
                if cut - distance >= 0, isValid(cut - distance) { return cut - distance }
                if cut + distance <= count, isValid(cut + distance) { return cut + distance }
            }
            return 0
        }
        var cuts = [0]
        for rank in 1..<max(ranks, 1) {
            let ideal = count * rank / ranks
            let number = boundaries.lastIndex { $0 <= ideal } ?? 0
            let ends = [boundaries[number], boundaries[min(number + 1, boundaries.count - 1)]]
            let isSmall = ends[1] - ends[0] <= count / ranks
            let near = ends.filter { isValid($0) && (isSmall || abs($0 - ideal) <= count / ranks / 8) }
                .min { abs($0 - ideal) < abs($1 - ideal) }
            cuts.append(max(cuts[rank - 1], near ?? nearest(ideal)))
        }
        cuts.append(count)
        return (0..<max(ranks, 1)).map { cuts[$0]..<cuts[$0 + 1] }
    }
}
