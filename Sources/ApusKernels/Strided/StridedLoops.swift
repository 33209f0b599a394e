import ApusInstructions

/// Numbers of up to nine operands, or of up to nine loops.
typealias Nine = InlineArray<9, Int>

/// Nested loops over strided operands, outermost first. Loops that run once are left out, and adjacent ones are joined where two
/// are as good as one: where the outer stride is the inner one's stride times its extent, in every operand.
struct StridedLoops {
    private(set) var depth = 0
    private(set) var extents = Nine(repeating: 1)
    /// The strides of each loop, in bytes or elements as they were given: `strides[loop][operand]`.
    private(set) var strides = InlineArray<9, Nine>(repeating: Nine(repeating: 0))
    /// What each loop was called: of joined loops the inner one's name.
    private(set) var names = Nine(repeating: -1)
    /// Whether there is nothing to do.
    private(set) var isEmpty = false
    private var canJoin = false
    private let operands: Int

    @inline(__always)
    init(operands: Int) { self.operands = operands }

    /// Adds a loop inside of those that are there. One that is kept apart is joined with none.
    mutating func append(extent: Int, strides steps: Nine, name: Int = -1, isKeptApart: Bool = false) {
        if extent < 1 { isEmpty = true }
        if extent == 1 { return }
        var joins = canJoin && !isKeptApart
        if joins {
            for operand in 0..<operands where strides[depth - 1][operand] != steps[operand] &* extent {
                joins = false
            }
        }
        if joins {
            extents[depth - 1] &*= extent
        } else {
            extents[depth] = extent
            depth += 1
        }
        strides[depth - 1] = steps
        names[depth - 1] = name
        canJoin = !isKeptApart
    }

    /// The extent and the strides of the loop that is `level` loops outside of the innermost one; one run where there is none.
    @inline(__always)
    func loop(outside level: Int = 0) -> (extent: Int, strides: Nine) {
        depth > level ? (extents[depth - 1 - level], strides[depth - 1 - level]) : (1, Nine(repeating: 0))
    }

    /// The loop of a name, or nil where it runs once.
    func loop(named name: Int) -> Int? {
        for loop in 0..<depth where names[loop] == name { return loop }
        return nil
    }

    /// Calls `body` for each iteration of all loops but the innermost `inner` ones, in order, with the operands' offsets and the
    /// loops' counters.
    @inline(__always)
    func forEach(outside inner: Int, _ body: (_ offsets: Nine, _ counters: Nine) -> Void) {
        if isEmpty { return }
        var counters = Nine(repeating: 0)
        var offsets = Nine(repeating: 0)
        while true {
            body(offsets, counters)
            var loop = depth - 1 - inner
            while loop >= 0 {
                counters[loop] += 1
                for operand in 0..<operands { offsets[operand] += strides[loop][operand] }
                if counters[loop] < extents[loop] { break }
                for operand in 0..<operands { offsets[operand] -= strides[loop][operand] &* extents[loop] }
                counters[loop] = 0
                loop -= 1
            }
            if loop < 0 { return }
        }
    }
}

/// Calls `body` with each of the eight numbers.
@inline(__always)
func withNumbers<Result>(of eight: Eight, _ body: (UnsafePointer<Int32>) -> Result) -> Result {
    withUnsafePointer(to: eight) { $0.withMemoryRebound(to: Int32.self, capacity: 8) { body($0) } }
}
