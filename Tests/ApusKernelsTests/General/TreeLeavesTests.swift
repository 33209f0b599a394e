import ApusInstructions
import Testing

@Suite("Leaves of decision trees")
struct TreeLeavesTests {
    @Test(arguments: InstructionSet.available)
    func waysEndWherePlainLoopsEnd(set: InstructionSet) throws {
        for seed in 0..<100 {
            try check(set, seed: seed, isDouble: 0) { Float($0) }
            try check(set, seed: seed, isDouble: 1) { $0 }
        }
    }

    private func check<Number: BinaryFloatingPoint & BitwiseCopyable>(
        _ set: InstructionSet, seed: Int, isDouble: Int32, _ number: (Double) -> Number
    ) throws {
        var random = SeededGenerator(seed: seed)
        let (samples, rows, width) = (random.int(1...2), random.int(1...3), random.int(1...5))
        let (nodes, trees) = (random.int(1...20), random.int(1...11))
        var parameters = TreeLeavesParameters(
            rows: rows, features: width, nodes: nodes, trees: trees, sourceSampleStride: rows * width + 1,
            destinationSampleStride: rows * trees + 2)
        parameters.isDouble = isDouble
        // Numbers that meet thresholds now and then, and what is not a number.
        func draw() -> Number { random.int(0...9) == 0 ? .nan : number(Double(random.int(-3...3)) / 2) }
        let source = (0..<samples * (rows * width + 1)).map { _ in draw() }
        let thresholds = (0..<nodes).map { _ in draw() }
        // Features, children and roots that are not there, too; children that lead back make ways without an end.
        let features = (0..<nodes).map { _ in Int32(random.int(-width - 2...width + 1)) }
        let children = (0..<nodes).flatMap { node in
            (0..<2).map { _ in
                Int32(random.int(0...2) == 0 ? random.int(-9...nodes + 1) : random.int(-9...max(-9, node - 1)))
            }
        }
        let roots = (0..<trees).map { _ in Int32(random.int(-2...nodes + 1)) }
        let extents = try definition(TreeLeavesInstruction.self, parameters).operands(samples: samples)
        let found = GuardedElements(
            [Int32](repeating: -7, count: samples * (rows * trees + 2) - 2), bytes: extents[5].bytes)
        set.run(
            .treeLeaves,
            [
                GuardedElements(source, bytes: extents[0].bytes), GuardedElements(features, bytes: extents[1].bytes),
                GuardedElements(thresholds, bytes: extents[2].bytes),
                GuardedElements(children, bytes: extents[3].bytes), GuardedElements(roots, bytes: extents[4].bytes),
                found,
            ], parameters, samples: samples)
        var expected = [Int32](repeating: -7, count: samples * (rows * trees + 2) - 2)
        for sample in 0..<samples {
            for row in 0..<rows {
                let first = sample * (rows * width + 1) + row * width
                for (tree, root) in roots.enumerated() {
                    var place = Int(root)
                    var steps = 0
                    while place >= 0, steps < nodes {
                        place = min(place, nodes - 1)
                        let feature = Int(features[place])
                        let x = source[first + min(feature < 0 ? -1 - feature : feature, width - 1)]
                        let isAtMost = feature < 0 ? !(x > thresholds[place]) : x <= thresholds[place]
                        place = Int(children[2 * place + (isAtMost ? 0 : 1)])
                        steps += 1
                    }
                    expected[sample * (rows * trees + 2) + row * trees + tree] = Int32(place < 0 ? -1 - place : 0)
                }
            }
        }
        #expect(found.values(Int32.self) == expected, "\(set), seed \(seed), \(parameters)")
    }
}
