import ApusInstructions
import CPlatform

/// **argReduce** of f32: vectors of the best elements so far and of their places.
func argReduceFloats(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ settings: AxisParameters, _ samples: Int
) {
    let axis = Int(settings.axis)
    let inner = Int(settings.inner)
    let search = ArgumentSearch(settings)
    let results = Results(destination: operands[1].unsafelyUnwrapped, isWide: settings.option == 8)
    for sample in 0..<samples {
        for outer in 0..<Int(settings.outer) {
            let from = operands.floats(0) + (sample * Int(settings.sourceSampleStride) + outer * axis * inner)
            let result = sample * Int(settings.destinationSampleStride) + outer * inner
            if inner == 1 {
                results.put(search.place(inRow: from), at: result)
                continue
            }
            var column = 0
            while column < inner {
                let width = min(4 * lanes, inner - column)
                if width == 4 * lanes {
                    search.forEachPlace(inFourVectors: from + column) { results.put($1, at: result + column + $0) }
                    column += width
                } else {
                    let count = min(lanes, width)
                    let places = search.places(inColumns: from + column, count: count)
                    for lane in 0..<count { results.put(places[lane], at: result + column + lane) }
                    column += count
                }
            }
        }
    }
}

/// Where places are stored, as `Int64` or `Int32`.
private struct Results {
    let destination: UnsafeMutableRawPointer
    let isWide: Bool

    @inline(__always)
    func put(_ place: Int32, at offset: Int) {
        if isWide {
            destination.assumingMemoryBound(to: Int64.self)[offset] = Int64(place)
        } else {
            destination.assumingMemoryBound(to: Int32.self)[offset] = place
        }
    }
}

/// The best elements of some columns and their places along the axis. A minimum is the maximum of the elements with their
/// signs changed. An element that is not a number is better than all numbers; of equal ones the first that is offered stays.
private struct Candidates {
    private(set) var best: Vector
    private(set) var places: IntegerVector

    @inline(__always)
    init(_ elements: Vector, _ place: IntegerVector) {
        best = elements
        places = place
    }

    @inline(__always)
    mutating func offer(_ elements: Vector, _ place: IntegerVector) { take(elements, place, beats(elements, best)) }

    /// Joins candidates whose places are others: of equal ones the nearer to where the search starts.
    @inline(__always)
    mutating func join(_ other: Candidates, isBackward: Bool) {
        let isNearer = isBackward ? other.places .> places : other.places .< places
        let isEqual = .!(beats(best, other.best) .| beats(other.best, best))
        take(other.best, other.places, beats(other.best, best) .| (isEqual .& isNearer))
    }

    @inline(__always)
    private mutating func take(_ elements: Vector, _ place: IntegerVector, _ choice: LaneMask) {
        best = choose(elements, where: choice, else: best)
        places = choose(place, where: choice, else: places)
    }

    /// Where `x` is greater than `y`, or not a number and `y` is one.
    @inline(__always)
    private func beats(_ x: Vector, _ y: Vector) -> LaneMask { (x .> y) .| ((x .!= x) .& (y .== y)) }
}

private struct ArgumentSearch {
    private let axis, inner: Int
    private let isBackward: Bool
    /// The sign bit where the minimum is looked for.
    private let flip: IntegerVector

    init(_ settings: AxisParameters) {
        axis = Int(settings.axis)
        inner = Int(settings.inner)
        isBackward = settings.isBackward == 1
        flip = IntegerVector(
            repeating: settings.operation == ArgReduceOperation.minimum.rawValue ? Int32.min : 0)
    }

    /// The vector at `from`, with its signs changed where the minimum is looked for.
    @inline(__always)
    private func elements(_ from: Floats, _ count: Int = lanes) -> Vector {
        fromBits(bits(from.load(0, count)) ^ flip)
    }

    @inline(__always)
    private func repeated(_ place: Int) -> IntegerVector { IntegerVector(repeating: Int32(truncatingIfNeeded: place)) }

    /// The step along the axis that is `number` steps after the first one of the search.
    @inline(__always)
    private func step(_ number: Int) -> Int { isBackward ? axis - 1 - number : number }

    /// The places of the best elements of up to a vector of columns.
    @inline(__always)
    func places(inColumns from: Floats, count: Int) -> IntegerVector {
        var candidates = Candidates(elements(from + step(0) * inner, count), repeated(step(0)))
        for number in 1..<max(axis, 1) {
            candidates.offer(elements(from + step(number) * inner, count), repeated(step(number)))
        }
        return candidates.places
    }

    /// Calls `body` for each of four vectors of columns with its number and the place of its best element.
    @inline(__always)
    func forEachPlace(inFourVectors from: Floats, _ body: (_ column: Int, _ place: Int32) -> Void) {
        let first = from + step(0) * inner
        let start = repeated(step(0))
        var a = Candidates(elements(first), start)
        var b = Candidates(elements(first + lanes), start)
        var c = Candidates(elements(first + 2 * lanes), start)
        var d = Candidates(elements(first + 3 * lanes), start)
        for number in 1..<max(axis, 1) {
            let row = from + step(number) * inner
            let place = repeated(step(number))
            a.offer(elements(row), place)
            b.offer(elements(row + lanes), place)
            c.offer(elements(row + 2 * lanes), place)
            d.offer(elements(row + 3 * lanes), place)
        }
        for lane in 0..<lanes { body(lane, a.places[lane]) }
        for lane in 0..<lanes { body(lanes + lane, b.places[lane]) }
        for lane in 0..<lanes { body(2 * lanes + lane, c.places[lane]) }
        for lane in 0..<lanes { body(3 * lanes + lane, d.places[lane]) }
    }

    /// The place of the best element of a row: the best of every so many elements first, then of these.
    @inline(__always)
    func place(inRow from: Floats) -> Int32 {
        let vectors = axis / lanes
        guard vectors > 0 else { return place(inRow: from, 1..<axis, best: from[0], at: 0) }
        var numbers = IntegerVector()
        for lane in 0..<lanes { numbers[lane] = Int32(truncatingIfNeeded: lane) }
        @inline(__always)
        func vector(_ number: Int) -> Candidates {
            let start = (isBackward ? vectors - 1 - number : number) * lanes
            return Candidates(elements(from + start), numbers &+ repeated(start))
        }
        var a = vector(0)
        var number = 1
        if vectors >= 8 {
            var (b, c, d) = (vector(1), vector(2), vector(3))
            number = 4
            while number + 4 <= vectors {
                let (w, x, y, z) = (vector(number), vector(number + 1), vector(number + 2), vector(number + 3))
                a.offer(w.best, w.places)
                b.offer(x.best, x.places)
                c.offer(y.best, y.places)
                d.offer(z.best, z.places)
                number += 4
            }
            a.join(b, isBackward: isBackward)
            c.join(d, isBackward: isBackward)
            a.join(c, isBackward: isBackward)
        }
        while number < vectors {
            let next = vector(number)
            a.offer(next.best, next.places)
            number += 1
        }
        var best = 0
        for lane in 1..<lanes where isBefore(a.best[lane], a.places[lane], a.best[best], a.places[best]) { best = lane }
        let winner = a.best[best]
        return place(
            inRow: from, vectors * lanes..<axis, best: flip[0] == 0 ? winner : -winner, at: a.places[best])
    }

    /// The place of the best of `best`, which lies at `place`, and of the elements in `range`.
    @inline(__always)
    private func place(inRow from: Floats, _ range: Range<Int>, best: Float, at place: Int32) -> Int32 {
        var (winner, nearest) = (flip[0] == 0 ? best : -best, place)
        for index in range {
            let element = flip[0] == 0 ? from[index] : -from[index]
            let candidate = Int32(truncatingIfNeeded: index)
            if isBefore(element, candidate, winner, nearest) { (winner, nearest) = (element, candidate) }
        }
        return nearest
    }

    /// Whether `x` is better than `y`, or as good and nearer to where the search starts.
    @inline(__always)
    private func isBefore(_ x: Float, _ place: Int32, _ y: Float, _ other: Int32) -> Bool {
        if x > y || (x != x && y == y) { return true }
        if x < y || (y != y && x == x) { return false }
        return isBackward ? place > other : place < other
    }
}
