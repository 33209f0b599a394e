/// Computes a strip of one channel with a kernel of 3 × 3, whose positions are `step` rows and columns apart.
///
/// Going down, a row of the source is loaded once and added to the sums of all positions that see it.
enum DepthwiseStrip<let step: Int> {
    @inline(never)
    static func compute(
        _ loops: UnsafePointer<DepthwiseRowLoops>, _ strip: Floats, _ weights: Floats, _ destination: Floats, rows: Int
    ) {
        let loops = loops.pointee
        let (start, limits, rowElements, columns) = (loops.start, loops.limits, loops.rowElements, loops.columns)
        let phase = loops.phaseElements
        let (top, middle, bottom) = (Triple(weights, 0), Triple(weights, 3), Triple(weights, 6))
        var column = 0
        while true {
            var source = strip + column
            var target = destination + column
            var left = rows
            if step == 1 {
                let first = triple(source, phase)
                let second = triple(source + rowElements, phase)
                // The sums of this row's position and of the next one's.
                var sum = second.added(to: first.added(to: start, times: top), times: middle)
                var next = second.added(to: start, times: top)
                source += 2 &* rowElements
                while left > 0 {
                    let row = triple(source, phase)
                    target.store(limits.applied(to: row.added(to: sum, times: bottom)), at: 0)
                    sum = row.added(to: next, times: middle)
                    next = row.added(to: start, times: top)
                    source += rowElements
                    target += columns
                    left &-= 1
                }
            } else {
                var sum = triple(source, phase).added(to: start, times: top)
                while left > 0 {
                    sum = triple(source + rowElements, phase).added(to: sum, times: middle)
                    source += 2 &* rowElements
                    let row = triple(source, phase)
                    target.store(limits.applied(to: row.added(to: sum, times: bottom)), at: 0)
                    sum = row.added(to: start, times: top)
                    target += columns
                    left &-= 1
                }
            }
            column &+= lanes
            if column == columns { return }
            // The last vector computes some positions once more.
            column = min(column, columns &- lanes)
        }
    }

    @inline(__always)
    private static func triple(_ row: Floats, _ phase: Int) -> Triple {
        step == 1
            ? Triple(first: row.vector(at: 0), second: row.vector(at: 1), third: row.vector(at: 2))
            : Triple(first: row.vector(at: 0), second: row.vector(at: phase), third: row.vector(at: 1))
    }
}
