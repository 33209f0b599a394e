package import ApusGraph
import TestSupport

/// Random numbers that are the same on every run, and what operators are tried on.
package struct SeededRandom: RandomNumberGenerator {
    private var generator: SplitMix64

    package init(seed: UInt64) { generator = SplitMix64(seed: seed) }

    package mutating func next() -> UInt64 { generator.next() }

    package mutating func integer(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }
    package mutating func pair(_ range: ClosedRange<Int>) -> [Int] { [integer(range), integer(range)] }
    package mutating func chance(_ probability: Double) -> Bool { Double.random(in: 0..<1, using: &self) < probability }
    package mutating func pick<Element>(_ choices: Element...) -> Element { choices[integer(0...choices.count - 1)] }

    /// `count` numbers in (−1, 1) in random order, none of them zero and each at least 1 / count from the next: what has a
    /// kink or a step is never differentiated across it.
    package mutating func spread(_ count: Int) -> [Double] {
        let numbers = (0..<count).map { (Double($0) + 0.37) / Double(count) * 2 - 1 }
        return numbers.shuffled(using: &self)
    }
}

/// What an operand's elements are drawn from.
package enum Draw {
    /// Distinct numbers in (−1, 1).
    case spread
    /// From 0.1 to 1.
    case positive
    /// Distinct numbers within a range.
    case within(ClosedRange<Double>)
    /// Whole numbers within a range.
    case whole(ClosedRange<Int>)
    /// Whole numbers from −1 to one above the last class.
    case labels(classes: Int)
    /// Places of a window, or 255.
    case argmax(places: Int)
    /// Square matrices: distinct numbers in (−1, 1), and the number of rows more on the diagonal.
    case invertible

    package func tensor(_ shape: [Int], _ random: inout SeededRandom) -> Tensor {
        let count = shape.reduce(1, *)
        let elements: [Double]
        switch self {
        case .spread: elements = random.spread(count)
        case .positive: elements = random.spread(count).map { 0.55 + 0.45 * $0 }
        case .within(let range):
            let half = (range.upperBound - range.lowerBound) / 2
            elements = random.spread(count).map { range.lowerBound + half * ($0 + 1) }
        case .whole(let range): elements = (0..<count).map { _ in Double(random.integer(range)) }
        case .labels(let classes): elements = (0..<count).map { _ in Double(random.integer(-1...classes)) }
        case .argmax(let places):
            elements = (0..<count).map { _ in random.chance(0.2) ? 255 : Double(random.integer(0...places - 1)) }
        case .invertible:
            let rows = shape.last ?? 1
            let numbers = random.spread(count)
            elements = (0..<count).map { numbers[$0] + ($0 % (rows * rows) % (rows + 1) == 0 ? Double(rows) : 0) }
        }
        return Tensor(shape: shape, elements: elements)
    }
}
