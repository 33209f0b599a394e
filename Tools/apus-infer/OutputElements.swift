import ApusData
import ApusGraph
import ApusJSON
import ApusPlan
import ApusText

/// The elements of an output that a sample has, of any element type.
struct OutputElements {
    let array: NPYArray

    var type: ElementType { array.type }
    var count: Int { array.count }

    /// In single precision, rounded where they are of another type.
    var floats: [Float] { elements() }

    /// In double precision: integers beyond 2^53 are rounded.
    var doubles: [Double] { elements() }

    /// Each as it is read: whole numbers with all their digits, truth values as words.
    var texts: [String] {
        switch type {
        case .bool: truths.map { $0 ? "true" : "false" }
        case .u64: (elements() as [UInt64]).map(String.init)
        case _ where type.isFloatingPoint: doubles.map(number)
        default: (elements() as [Int64]).map(String.init)
        }
    }

    var json: JSONValue {
        switch type {
        case .f64: .array(doubles.map { .number($0) })
        case .bool: .array(truths.map { .bool($0) })
        // Numbers that JSON's readers would round are text.
        case .u64: .array((elements() as [UInt64]).map { Int(exactly: $0).map(JSONValue.integer) ?? .string("\($0)") })
        case _ where type.isFloatingPoint: JSONValue(floats)
        default: .array((elements() as [Int64]).map { .integer(Int($0)) })
        }
    }

    private var truths: [Bool] { array.bytes.map { $0 != 0 } }

    /// None would only be where a type can't hold its own numbers.
    private func elements<Element: NPYElement>() -> [Element] {
        (try? NPY<Element>(array, name: "the output"))?.elements ?? []
    }

    /// A number in few characters: four digits after the point, or as the language writes it where that says too little.
    private func number(_ value: Double) -> String {
        let size = abs(value)
        return size == 0 || (0.001..<100_000).contains(size) ? formatDecimal(value, digits: 4) : "\(Float(value))"
    }

    /// Minimum, maximum and mean, and how many are none of numbers.
    var facts: [String] {
        guard type != .bool else { return [] }
        let all = doubles
        let finite = all.filter { $0.isFinite }
        var facts: [String] = []
        if let minimum = finite.min(), let maximum = finite.max() {
            let mean = finite.reduce(0, +) / Double(finite.count)
            let bounds = type.isFloatingPoint ? [number(minimum), number(maximum)] : [whole(minimum), whole(maximum)]
            facts.append("minimum \(bounds[0]), maximum \(bounds[1]), mean \(number(mean))")
        }
        if finite.count < all.count { facts.append("\(all.count - finite.count) not finite") }
        return facts
    }

    private func whole(_ value: Double) -> String { formatDecimal(value, digits: 0) }
}
