import Glibc

/// A piece of pen stroke: a straight line with a radius at each end.
struct PenSegment {
    var start: SIMD2<Float>
    var end: SIMD2<Float>
    var startRadius: Float
    var endRadius: Float
}

/// One digit as a hand would write it, with everything random already drawn.
///
/// The points of a form are mixed from its examples, moved, bent and slanted; smooth curves through them become short
/// straight pieces with the pen's width.
struct DigitShape {
    private(set) var segments: [PenSegment] = []

    /// - Parameters:
    ///   - digit: 0...9.
    ///   - pixelsTall: The box that the ink must fit into, in pixels of the 28 × 28 image: 20, as in MNIST.
    init(digit: Int, pixelsTall: Float, random: inout CounterRandom) {
        let form = Self.choose(DigitForm.all[digit], &random)
        var points = Self.mix(form.examples, &random)
        Self.bend(&points, digit: digit, &random)
        let pen = Pen(&random)
        fit(&points, to: pixelsTall, pen.radius)
        for stroke in form.strokes { trace(stroke.map { points[$0] }, pen, &random) }
    }

    private static func choose(_ forms: [DigitForm], _ random: inout CounterRandom) -> DigitForm {
        var place = random.uniform() * forms.reduce(0) { $0 + $1.weight }
        for form in forms {
            place -= form.weight
            if place < 0 { return form }
        }
        return forms[forms.count - 1]
    }

    /// A random mixture. Squares make most of them like one or two of the examples; a few go beyond all of them.
    private static func mix(_ examples: [[SIMD2<Float>]], _ random: inout CounterRandom) -> [SIMD2<Float>] {
        var weights = examples.map { _ in
            let exponential = logf(1 - random.uniform())
            return exponential * exponential
        }
        let sum = weights.reduce(0, +)
        let beyond: Float = 1.3
        let rest = (1 - beyond) / Float(examples.count)
        for index in weights.indices { weights[index] = weights[index] / sum * beyond + rest }
        return examples[0].indices.map { point in
            examples.indices.reduce(SIMD2<Float>.zero) { $0 + examples[$1][point] * weights[$1] }
        }
    }

    /// What makes two hands differ: untidiness, waves, proportions, slant.
    private static func bend(_ points: inout [SIMD2<Float>], digit: Int, _ random: inout CounterRandom) {
        let untidiness = 0.01 + 0.035 * random.uniform()
        let waves = (0..<3).map { _ in Wave(&random) }
        let habits = Habits.of(digit)
        let trapezoid = habits.trapezoid + 0.16 * random.normal()
        let middle = habits.middle + 0.13 * random.normal()
        let width = expf(0.18 * random.normal())
        let slant = habits.slant + habits.slantSpread * random.normal()
        let angle = 0.09 * random.normal()
        let cosine = cosf(angle)
        let sine = sinf(angle)
        for index in points.indices {
            var point = points[index]
            for wave in waves { point += wave.displacement(at: points[index]) }
            point += untidiness * SIMD2(random.normal(), random.normal())
            point -= SIMD2(0.35, 0.5)
            point.x *= width * (1 + trapezoid * point.y * 2)
            point.y += middle * (0.25 - point.y * point.y)
            point.x -= slant * point.y
            points[index] = SIMD2(cosine * point.x - sine * point.y, sine * point.x + cosine * point.y)
        }
    }

    /// Scales and moves the points so that the ink fills the box in its longer direction.
    private func fit(_ points: inout [SIMD2<Float>], to size: Float, _ radius: Float) {
        var minimum = SIMD2<Float>(repeating: .infinity)
        var maximum = -minimum
        for point in points {
            minimum.replace(with: point, where: point .< minimum)
            maximum.replace(with: point, where: point .> maximum)
        }
        let extent = (maximum - minimum).max()
        let scale = (size - 2 * radius) / max(extent, 0.1)
        let centre = (minimum + maximum) / 2
        for index in points.indices { points[index] = (points[index] - centre) * scale }
    }

    /// Catmull and Rom's spline through the points: "A Class of Local Interpolating Splines" (1974).
    private mutating func trace(_ points: [SIMD2<Float>], _ pen: Pen, _ random: inout CounterRandom) {
        let pressure = PenPressure(pen, &random)
        let steps = points.count < 4 ? 8 : 5
        let pieces = Float(points.count - 1)
        var previous = points[0]
        var previousRadius: Float?
        for piece in 0..<points.count - 1 {
            let p1 = points[piece]
            let p2 = points[piece + 1]
            let p0 = piece > 0 ? points[piece - 1] : p1 + p1 - p2
            let p3 = piece + 2 < points.count ? points[piece + 2] : p2 + p2 - p1
            for step in 1...steps {
                let t = Float(step) / Float(steps)
                let point = Self.spline(p0, p1, p2, p3, t)
                let radius =
                    pressure.radius(at: (Float(piece) + t) / pieces, direction: point - previous)
                    * (1 + 0.06 * random.normal())
                segments.append(
                    PenSegment(
                        start: previous, end: point, startRadius: previousRadius ?? radius, endRadius: radius))
                previous = point
                previousRadius = radius
            }
        }
    }

    private static func spline(
        _ p0: SIMD2<Float>, _ p1: SIMD2<Float>, _ p2: SIMD2<Float>, _ p3: SIMD2<Float>, _ t: Float
    ) -> SIMD2<Float> {
        let linear = p2 - p0
        let square = 2 * p0 - 5 * p1 + 4 * p2 - p3
        let cubic = 3 * (p1 - p2) + p3 - p0
        return p1 + 0.5 * t * (linear + t * (square + t * cubic))
    }
}

/// What hands have in common in writing one digit: means, around which they vary.
private struct Habits {
    /// How much wider the bottom is than the top.
    var trapezoid: Float = 0
    /// How much lower the middle lies.
    var middle: Float = 0
    /// How far the top lies to the right, of the height.
    var slant: Float = 0.12
    var slantSpread: Float = 0.23

    static func of(_ digit: Int) -> Habits {
        switch digit {
        case 0: Habits(slant: 0.18, slantSpread: 0.2)
        case 1: Habits(slant: 0.24, slantSpread: 0.26)
        case 8: Habits(trapezoid: -0.1, middle: 0.14)
        default: Habits()
        }
    }
}

/// A plane wave that displaces points: the elastic part of a hand's variation.
private struct Wave {
    private let frequency: SIMD2<Float>
    private let amount: SIMD2<Float>
    private let phase: Float

    init(_ random: inout CounterRandom) {
        frequency = 3 * SIMD2(random.normal(), random.normal())
        amount = 0.035 * SIMD2(random.normal(), random.normal())
        phase = random.uniform(0, 2 * Float.pi)
    }

    func displacement(at point: SIMD2<Float>) -> SIMD2<Float> {
        amount * sinf(phase + frequency.x * point.x + frequency.y * point.y)
    }
}

/// The pen of one digit: how thick, how much a change of pressure matters, and whether its nib is flat.
private struct Pen {
    /// In pixels of the 28 × 28 image.
    let radius: Float
    let pressure: Float
    let flatness: Float
    let nib: SIMD2<Float>

    init(_ random: inout CounterRandom) {
        radius = min(max(expf(0.18 + 0.28 * random.normal()), 0.6), 2.6)
        pressure = 0.2 * random.uniform()
        flatness = 0.25 * random.uniform()
        let angle = random.uniform(0, Float.pi)
        nib = SIMD2(cosf(angle), sinf(angle))
    }
}

/// The pen's radius along one stroke.
private struct PenPressure {
    private let pen: Pen
    private let phase: Float
    private let frequency: Float

    init(_ pen: Pen, _ random: inout CounterRandom) {
        self.pen = pen
        phase = random.uniform(0, 2 * Float.pi)
        frequency = random.uniform(1, 6)
    }

    /// - Parameter place: 0 at the stroke's start, 1 at its end.
    func radius(at place: Float, direction: SIMD2<Float>) -> Float {
        let length = (direction * direction).sum()
        let along = length > 0 ? (direction * pen.nib).sum() : 0
        let flat = length > 0 ? 1 - pen.flatness * (2 * along * along / length - 1) : 1
        return pen.radius * flat * (1 + pen.pressure * sinf(phase + frequency * place))
    }
}
