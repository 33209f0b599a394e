import ApusInstructions

/// What a reduction does with each vector of elements. `fill` is an element that changes nothing.
protocol ReductionStep {
    static var identity: Float { get }
    static var fill: Float { get }
    static func mapped(_ x: Vector, _ shift: Vector) -> Vector
    static func joined(_ a: Vector, _ b: Vector) -> Vector
}

extension ReductionStep {
    @inline(__always) static var fill: Float { identity }
    @_transparent static func mapped(_ x: Vector, _ shift: Vector) -> Vector { x }

    /// All lanes joined: halves until one is left.
    @inline(__always)
    static func joinedLanes(_ vector: Vector) -> Float {
        var values = vector
        var width = lanes / 2
        while width > 0 {
            var other = values
            for lane in 0..<width { other[lane] = values[lane + width] }
            values = joined(values, other)
            width /= 2
        }
        return values[0]
    }
}

enum SumStep: ReductionStep {
    @inline(__always) static var identity: Float { 0 }
    @_transparent static func joined(_ a: Vector, _ b: Vector) -> Vector { a + b }
}

enum MaximumStep: ReductionStep {
    @inline(__always) static var identity: Float { -.infinity }
    @_transparent static func joined(_ a: Vector, _ b: Vector) -> Vector { maximum(a, b) }
}

enum MinimumStep: ReductionStep {
    @inline(__always) static var identity: Float { .infinity }
    @_transparent static func joined(_ a: Vector, _ b: Vector) -> Vector { minimum(a, b) }
}

enum ProductStep: ReductionStep {
    @inline(__always) static var identity: Float { 1 }
    @_transparent static func joined(_ a: Vector, _ b: Vector) -> Vector { a * b }
}

enum MagnitudeStep: ReductionStep {
    @inline(__always) static var identity: Float { 0 }
    @_transparent static func mapped(_ x: Vector, _ shift: Vector) -> Vector { magnitude(x) }
    @_transparent static func joined(_ a: Vector, _ b: Vector) -> Vector { a + b }
}

enum SquareStep: ReductionStep {
    @inline(__always) static var identity: Float { 0 }
    @_transparent static func mapped(_ x: Vector, _ shift: Vector) -> Vector { x * x }
    @_transparent static func joined(_ a: Vector, _ b: Vector) -> Vector { a + b }
}

enum ExponentialStep: ReductionStep {
    @inline(__always) static var identity: Float { 0 }
    @inline(__always) static var fill: Float { -.infinity }
    @_transparent static func mapped(_ x: Vector, _ shift: Vector) -> Vector { exponential(x - shift) }
    @_transparent static func joined(_ a: Vector, _ b: Vector) -> Vector { a + b }
}

/// Partial results of many terms: sixteen of one level make a term of the next, so that a long sum's error grows with the
/// logarithm of its length.
struct Cascade<Step: ReductionStep> {
    private var levels = InlineArray<8, Vector>(repeating: Vector())
    private var terms = 0

    @inline(__always)
    init() {}

    @inline(__always)
    mutating func add(_ term: Vector) {
        var carried = term
        var level = 0
        var place = terms
        while true {
            let isFirst = place & 15 == 0
            levels[level] = isFirst ? carried : Step.joined(levels[level], carried)
            if place & 15 != 15 || level == 7 { break }
            carried = levels[level]
            place >>= 4
            level += 1
        }
        terms += 1
    }

    var total: Vector {
        @inline(__always) get {
            var total = Vector(repeating: Step.identity)
            var place = terms
            var level = 0
            while place > 0 && level < 8 {
                if place & 15 != 0 || level == 7 { total = Step.joined(total, levels[level]) }
                place >>= 4
                level += 1
            }
            return total
        }
    }
}
