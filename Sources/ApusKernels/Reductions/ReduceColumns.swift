import ApusInstructions
import CPlatform

/// Columns that are joined at a time.
@inline(__always)
var columnTile: Int { 1024 }

/// Levels of sums of sixteen: for 8 · 16^7 rows and more.
private let columnLevels = 8

/// Floats of scratch for ``joinColumns``: the levels, and eight rows.
@inline(__always)
var columnScratch: Int { (columnLevels + 8) * columnTile }

/// Joins, for each of `count` columns, 1 to ``columnTile`` and `stride` apart from `start` on, what `rows` reach. The result
/// stands at the beginning of `scratch`. `shift` has a number for each column, in whole vectors.
@inline(__always)
func joinColumns<Step: ReductionStep>(
    _ step: Step.Type, _ source: StoredValues, _ start: Int, stride: Int, count: Int, _ rows: PairedLoops,
    shift: Floats?, scratch: Floats
) {
    let width = (count + lanes - 1) / lanes * lanes
    let inner = rows.inner
    let buffers = scratch + columnLevels * columnTile
    var groups = 0
    rows.forEachRun { offset, _ in
        var row = 0
        while row < inner.count {
            let size = min(8, inner.count - row)
            let isFirst = groups & 15 == 0
            @inline(__always)
            func pointer(_ index: Int) -> Floats {
                source.floats(
                    at: start + offset + (row + index) * inner.first, stride: stride, count: count,
                    buffer: buffers + index * columnTile)
            }
            if size == 8 {
                joinGroup(
                    step, EightRows(pointer), next: 8 * inner.first, count: count, isFirst: isFirst, shift: shift,
                    to: scratch)
            } else {
                for index in 0..<size {
                    joinRow(
                        step, pointer(index), count: count, isFirst: isFirst && index == 0, shift: shift, to: scratch)
                }
            }
            carry(step, groups, width: width, scratch: scratch)
            groups += 1
            row += size
        }
    }
    joinLevels(step, groups, width: width, scratch: scratch)
}

/// Where eight rows begin.
private struct EightRows {
    let a, b, c, d, e, f, g, h: Floats

    @inline(__always)
    init(_ row: (Int) -> Floats) {
        (a, b, c, d) = (row(0), row(1), row(2), row(3))
        (e, f, g, h) = (row(4), row(5), row(6), row(7))
    }
}

/// Joins eight rows as a tree, and the result to what is in `total` unless they are the first. The next eight rows are
/// `next` elements on: the processor doesn't foresee them, as each is left before it ends.
@inline(__always)
private func joinGroup<Step: ReductionStep>(
    _ step: Step.Type, _ rows: EightRows, next: Int, count: Int, isFirst: Bool, shift: Floats?, to total: Floats
) {
    var column = 0
    while column < count {
        let width = min(lanes, count - column)
        let move = shift?.vector(at: column) ?? Vector()
        let first: Vector
        let second: Vector
        if width == lanes {
            apus_prefetch(rows.a + (column + next))
            apus_prefetch(rows.b + (column + next))
            apus_prefetch(rows.c + (column + next))
            apus_prefetch(rows.d + (column + next))
            apus_prefetch(rows.e + (column + next))
            apus_prefetch(rows.f + (column + next))
            apus_prefetch(rows.g + (column + next))
            apus_prefetch(rows.h + (column + next))
            first = Step.joined(
                Step.joined(Step.mapped(rows.a.vector(at: column), move), Step.mapped(rows.b.vector(at: column), move)),
                Step.joined(Step.mapped(rows.c.vector(at: column), move), Step.mapped(rows.d.vector(at: column), move)))
            second = Step.joined(
                Step.joined(Step.mapped(rows.e.vector(at: column), move), Step.mapped(rows.f.vector(at: column), move)),
                Step.joined(Step.mapped(rows.g.vector(at: column), move), Step.mapped(rows.h.vector(at: column), move)))
        } else {
            let tail = TailColumns(rows, column, width, fill: Step.fill)
            first = Step.joined(
                Step.joined(Step.mapped(tail.a, move), Step.mapped(tail.b, move)),
                Step.joined(Step.mapped(tail.c, move), Step.mapped(tail.d, move)))
            second = Step.joined(
                Step.joined(Step.mapped(tail.e, move), Step.mapped(tail.f, move)),
                Step.joined(Step.mapped(tail.g, move), Step.mapped(tail.h, move)))
        }
        let joined = Step.joined(first, second)
        total.store(isFirst ? joined : Step.joined(total.vector(at: column), joined), at: column)
        column += lanes
    }
}

/// The last columns of eight rows, fewer than a vector has lanes.
private struct TailColumns {
    let a, b, c, d, e, f, g, h: Vector

    @inline(never)
    init(_ rows: EightRows, _ column: Int, _ width: Int, fill: Float) {
        (a, b) = (
            rows.a.vector(at: column, count: width, fill: fill), rows.b.vector(at: column, count: width, fill: fill)
        )
        (c, d) = (
            rows.c.vector(at: column, count: width, fill: fill), rows.d.vector(at: column, count: width, fill: fill)
        )
        (e, f) = (
            rows.e.vector(at: column, count: width, fill: fill), rows.f.vector(at: column, count: width, fill: fill)
        )
        (g, h) = (
            rows.g.vector(at: column, count: width, fill: fill), rows.h.vector(at: column, count: width, fill: fill)
        )
    }
}

/// Joins a row to what is in `total`, unless it is the first.
@inline(__always)
private func joinRow<Step: ReductionStep>(
    _ step: Step.Type, _ row: Floats, count: Int, isFirst: Bool, shift: Floats?, to total: Floats
) {
    var column = 0
    while column < count {
        let move = shift?.vector(at: column) ?? Vector()
        let term = Step.mapped(row.load(column, min(lanes, count - column), fill: Step.fill), move)
        total.store(isFirst ? term : Step.joined(total.vector(at: column), term), at: column)
        column += lanes
    }
}

/// After group `number`: sixteen of a level make a term of the next.
@inline(__always)
private func carry<Step: ReductionStep>(_ step: Step.Type, _ number: Int, width: Int, scratch: Floats) {
    var place = number
    var level = 0
    while place & 15 == 15 && level < columnLevels - 1 {
        place >>= 4
        let from = scratch + level * columnTile
        let to = from + columnTile
        let isFirst = place & 15 == 0
        for column in stride(from: 0, to: width, by: lanes) {
            let term = from.vector(at: column)
            to.store(isFirst ? term : Step.joined(to.vector(at: column), term), at: column)
        }
        level += 1
    }
}

/// Joins what `groups` groups left on the levels into the first.
@inline(__always)
private func joinLevels<Step: ReductionStep>(_ step: Step.Type, _ groups: Int, width: Int, scratch: Floats) {
    for column in stride(from: 0, to: width, by: lanes) {
        var total = Vector(repeating: Step.identity)
        var place = groups
        for level in 0..<columnLevels where place > 0 {
            if place & 15 != 0 || level == columnLevels - 1 {
                total = Step.joined(total, scratch.vector(at: level * columnTile + column))
            }
            place >>= 4
        }
        scratch.store(total, at: column)
    }
}
