import ApusInstructions

/// Nested loops over two operands, the outermost first: up to eight dimensions and the samples. Loops of one step are left
/// out, and two are joined where one is as good.
struct PairedLoops {
    private(set) var depth = 0
    private(set) var extents = InlineArray<9, Int>(repeating: 1)
    private(set) var first = InlineArray<9, Int>(repeating: 0)
    private(set) var second = InlineArray<9, Int>(repeating: 0)

    /// Adds a loop inside of those that are there.
    @inline(__always)
    mutating func append(_ extent: Int, first firstStride: Int, second secondStride: Int) {
        if extent == 1 { return }
        let outer = depth - 1
        if depth > 0 && first[outer] == firstStride * extent && second[outer] == secondStride * extent {
            extents[outer] *= extent
        } else {
            extents[depth] = extent
            depth += 1
        }
        first[depth - 1] = firstStride
        second[depth - 1] = secondStride
    }

    /// The innermost loop: one step where there is none.
    @inline(__always)
    var inner: (count: Int, first: Int, second: Int) {
        depth == 0 ? (1, 0, 0) : (extents[depth - 1], first[depth - 1], second[depth - 1])
    }

    /// Steps of all loops together.
    var count: Int {
        var count = 1
        for loop in 0..<depth { count *= extents[loop] }
        return count
    }

    /// Calls `body` with the offsets at which each run of the innermost loop starts, in order.
    @inline(__always)
    func forEachRun(_ body: (_ first: Int, _ second: Int) -> Void) {
        for loop in 0..<depth where extents[loop] < 1 { return }
        var counters = InlineArray<9, Int>(repeating: 0)
        var firstOffset = 0
        var secondOffset = 0
        while true {
            body(firstOffset, secondOffset)
            var loop = depth - 2
            while loop >= 0 {
                counters[loop] += 1
                firstOffset += first[loop]
                secondOffset += second[loop]
                if counters[loop] < extents[loop] { break }
                firstOffset -= first[loop] * extents[loop]
                secondOffset -= second[loop] * extents[loop]
                counters[loop] = 0
                loop -= 1
            }
            if loop < 0 { return }
        }
    }
}
