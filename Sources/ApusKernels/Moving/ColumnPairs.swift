/// Copies a row of `count` columns so that even and odd columns are parted, and leaves what is around them. The row starts at column
/// `padLeft` of the destination, whose odd columns are `phaseElements` from its even ones.
@inline(__always)
func copyByTwos(_ from: Floats, to: Floats, count: Int, _ padLeft: Int, _ phaseElements: Int) {
    // Where the source's first and second columns go.
    let even = to + padLeft % 2 * phaseElements + padLeft / 2
    let odd = to + (padLeft + 1) % 2 * phaseElements + (padLeft + 1) / 2
    if count < 2 * lanes {
        let first = from.vector(at: 0, count: min(count, lanes))
        let second = count > lanes ? from.vector(at: lanes, count: count - lanes) : Vector()
        even.store(evenLanes(first, second), at: 0, count: (count + 1) / 2)
        odd.store(oddLanes(first, second), at: 0, count: count / 2)
        return
    }
    var x = 0
    while true {
        let (first, second) = (from.vector(at: x), from.vector(at: x &+ lanes))
        even.store(evenLanes(first, second), at: x / 2)
        odd.store(oddLanes(first, second), at: x / 2)
        x &+= 2 &* lanes
        if x &+ 2 &* lanes > count {
            if x &+ 1 >= count { break }
            // The last vectors copy some columns once more; they start at an even one too.
            x = (count &- 2 &* lanes) / 2 &* 2
        }
    }
    if count % 2 == 1 { even[count / 2] = from[count - 1] }
}

/// Copies `count` elements, every second one of the source, and reads nothing before the first or behind the last.
@inline(__always)
func copyEverySecond(_ from: Floats, to: Floats, count: Int) {
    if count <= lanes {
        let reach = 2 &* count &- 1
        let first = from.vector(at: 0, count: min(reach, lanes))
        let second = reach > lanes ? from.vector(at: lanes, count: reach &- lanes) : Vector()
        to.store(evenLanes(first, second), at: 0, count: count)
        return
    }
    var index = 0
    while index &+ lanes < count {
        to.store(evenLanes(from.vector(at: 2 &* index), from.vector(at: 2 &* index &+ lanes)), at: index)
        index &+= lanes
    }
    // The last vector ends with the last element, and copies some once more.
    index = count &- lanes
    let last = from + (2 &* index &- 1)
    to.store(oddLanes(last.vector(at: 0), last.vector(at: lanes)), at: index)
}
