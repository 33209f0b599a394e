import ApusGraph
import ApusInstructions
import ApusPlan
import Testing

@testable import ApusCompiler

/// Nested loops that are joined.
@Suite("Strided loops")
struct StridedLoopsTests {
    private func merged(_ extents: [Int], _ strides: [Int]...) -> (extents: [Int], strides: [[Int]]) {
        let stored = Stored(place: .none, layout: ImageLayout(channels: 1, height: 1, width: 1))
        let loops = StridedLoops(extents, strides.map { StridedOperand(stored, strides: $0) }).merged()
        return (loops.extents, loops.operands.map(\.strides))
    }

    @Test func loopsThatGoOnBecomeOne() {
        #expect(merged([2, 3, 4], [12, 4, 1], [12, 4, 1]) == ([24], [[1], [1]]))
        #expect(merged([2, 3, 4], [24, 8, 2]) == ([24], [[2]]))
        #expect(merged([2, 3, 4], [-12, -4, -1]) == ([24], [[-1]]))
        #expect(merged([2, 3, 4], [0, 0, 0]) == ([24], [[0]]))
    }

    @Test func allOperandsMustGoOn() {
        #expect(merged([2, 3, 4], [12, 4, 1], [0, 4, 1]) == ([2, 12], [[12, 1], [0, 1]]))
        #expect(merged([2, 3, 4], [12, 4, 1], [12, 0, 1]) == ([2, 3, 4], [[12, 4, 1], [12, 0, 1]]))
        // A transposition, and rows that are turned round.
        #expect(merged([3, 4], [1, 3], [4, 1]) == ([3, 4], [[1, 3], [4, 1]]))
        #expect(merged([3, 4], [4, -1], [4, 1]) == ([3, 4], [[4, -1], [4, 1]]))
    }

    @Test func loopsThatRunOnceAreLeftOut() {
        #expect(merged([1, 3, 1, 4, 1], [7, 4, 9, 1, 5]) == ([12], [[1]]))
        #expect(merged([1, 1], [5, 7]) == ([], [[]]))
        #expect(merged([], []) == ([], [[]]))
    }

    @Test func loopsThatNeverRunStay() {
        #expect(merged([2, 0, 4], [0, 4, 1]).extents.contains(0))
    }

    /// Joined loops visit the same offsets in the same order.
    @Test func offsetsStay() {
        func offsets(_ extents: [Int], _ strides: [[Int]]) -> [[Int]] {
            var result = [Array(repeating: 0, count: strides.count)]
            for (loop, extent) in extents.enumerated() {
                result = result.flatMap { start in
                    (0..<extent).map { turn in strides.indices.map { start[$0] + turn * strides[$0][loop] } }
                }
            }
            return result
        }
        for seed in 0..<500 {
            var generator = SeededGenerator(seed: UInt64(seed))
            let rank = Int.random(in: 0...5, using: &generator)
            let extents = (0..<rank).map { _ in Int.random(in: 1...3, using: &generator) }
            let strides = (0..<2).map { _ in
                let whole = rowMajorStrides(extents)
                return whole.map { Bool.random(using: &generator) ? $0 : Int.random(in: -3...3, using: &generator) }
            }
            let result = merged(extents, strides[0], strides[1])
            #expect(offsets(result.extents, result.strides) == offsets(extents, strides), "seed \(seed)")
        }
    }

    @Test func fewerThanEightLoopsAreTheInnermost() {
        let stored = Stored(place: .none, layout: ImageLayout(channels: 1, height: 1, width: 1))
        let loops = StridedLoops([3, 5], [StridedOperand(stored, strides: [-7, 1])])
        #expect(array(loops.eight) == [1, 1, 1, 1, 1, 1, 3, 5])
        #expect(array(loops.strides(of: 0)) == [0, 0, 0, 0, 0, 0, -7, 1])
    }
}
