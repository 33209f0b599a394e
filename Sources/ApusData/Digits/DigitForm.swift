/// One way in which people write a digit: strokes through points, and several examples of where the points lie.
///
/// A stroke is a smooth curve through its points. Strokes that share a point meet there, with a corner. Any mixture of the
/// examples is an example as well, so a form stands for a family of shapes that pass into each other.
///
/// Coordinates: x to the right, y down, the digit about 1 tall. What counts is the shape: place and size are normalized.
struct DigitForm: Sendable {
    /// How often this form is used, relative to the digit's other forms.
    let weight: Float
    /// Numbers of points, in the order in which the pen passes them.
    let strokes: [[Int]]
    /// The points of each example.
    let examples: [[SIMD2<Float>]]

    /// - Parameter examples: Each is x and y of the first point, x and y of the second, and so on, in hundredths.
    init(_ weight: Float, strokes: [[Int]], _ examples: [Int]...) {
        self.init(weight, strokes, examples)
    }

    /// A form of a single stroke through all points.
    init(_ weight: Float, through count: Int, _ examples: [Int]...) {
        self.init(weight, [Array(0..<count)], examples)
    }

    private init(_ weight: Float, _ strokes: [[Int]], _ examples: [[Int]]) {
        self.weight = weight
        self.strokes = strokes
        self.examples = examples.map { numbers in
            stride(from: 0, to: numbers.count, by: 2).map { SIMD2(Float(numbers[$0]), Float(numbers[$0 + 1])) / 100 }
        }
        let count = strokes.joined().max()! + 1
        precondition(self.examples.allSatisfy { $0.count == count }, "the examples have different points")
    }

    /// The forms of each digit.
    static let all: [[DigitForm]] = [zero, one, two, three, four, five, six, seven, eight, nine]
}
