import ApusJSON
import ApusPlan
import ApusText
import Glibc

/// The classes of an answer, best first.
struct Ranking {
    private let meaning: Port.Meaning
    private let labels: [String]
    private let top: Int

    /// The number of the output that says it.
    let output: Int

    /// For a plan with a single output of one number for each class, or one with probabilities beside what else is told of the
    /// best class, as classifiers of scikit-learn have; nil for others.
    init?(_ plan: Plan, top: Int) {
        let rows = plan.outputs.indices.filter {
            plan.outputs[$0].sampleShape.count == 1 && plan.outputs[$0].elementType == .f32
        }
        guard rows.count == 1, let output = rows.first else { return nil }
        let port = plan.outputs[output]
        let isAlone = plan.outputs.count == 1
        let othersAreNumbers = plan.outputs.allSatisfy { $0.name == port.name || $0.sampleElements == 1 }
        guard isAlone || othersAreNumbers && port.meaning == .probabilities else { return nil }
        self.output = output
        meaning = port.meaning
        let count = port.sampleElements
        labels = plan.labels.count == count ? plan.labels : []
        self.top = min(top, count)
    }

    /// Whether the numbers are no probabilities of classes, nor tell them.
    private var areScores: Bool { meaning != .probabilities && meaning != .logProbabilities }

    /// The classes of the best numbers. What is not a number comes last; of equals the first.
    private func best(_ answer: [Float]) -> ArraySlice<Int> {
        let order = answer.indices.sorted { first, second in
            let (a, b) = (answer[first], answer[second])
            if a.isNaN || b.isNaN { return !a.isNaN || (b.isNaN && first < second) }
            return a == b ? first < second : a > b
        }
        return order.prefix(top)
    }

    /// The probability of a class, or what the network gives in its place.
    private func value(_ number: Float) -> Double {
        meaning == .logProbabilities ? exp(Double(number)) : Double(number)
    }

    /// `7 99.98%   9 0.01%`
    func text(_ answer: [Float]) -> String {
        var text = ""
        for index in best(answer) {
            let value = value(answer[index])
            let number = areScores ? "\(Float(value))" : "\(formatDecimal(100 * value, digits: 2))%"
            text += "\(text.isEmpty ? "" : "   ")\(name(index)) \(number)"
        }
        return text
    }

    private func name(_ index: Int) -> String { labels.isEmpty ? String(index) : labels[index] }

    func json(_ answer: [Float]) -> JSONValue {
        .array(
            best(answer).map { index in
                var members = [JSONValue.Member("class", .integer(index))]
                if !labels.isEmpty { members.append(.init("label", .string(labels[index]))) }
                members.append(.init(areScores ? "score" : "probability", .float(Float(value(answer[index])))))
                return .object(members)
            })
    }
}
