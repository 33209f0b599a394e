import ApusData

/// Takes in answers, one sample after the other, and holds them against the targets.
struct Tally {
    private let kind: AnswerKind
    private let targets: DataColumn
    // The one that the kind asks for is there, and is changed in its place.
    private var classes: ClassEvaluation?
    private var numbers: RegressionEvaluation?
    private var labels: MultiLabelEvaluation?

    init(_ kind: AnswerKind, _ targets: DataColumn) {
        self.kind = kind
        self.targets = targets
        switch kind {
        case .classes(let count, _, _): classes = ClassEvaluation(classes: count)
        case .numbers(let count): numbers = RegressionEvaluation(elements: count)
        case .labels(let count, _): labels = MultiLabelEvaluation(labels: count)
        }
    }

    /// - Parameters:
    ///   - answer: all elements of the sample's answer.
    ///   - sample: its number in the data set.
    mutating func add(_ answer: ArraySlice<Float>, sample: Int) {
        let first = targets.range(of: sample).lowerBound
        switch kind {
        case .classes(let count, let positions, let scores):
            guard case .integers(let elements) = targets.elements else { return }
            for position in 0..<positions {
                let start = answer.startIndex + position * count
                classes?.add(answer[start..<start + count], label: Int(elements[first + position]), scores)
            }
        case .numbers: numbers?.add(answer) { targets.elements.number(first + $0) }
        case .labels(_, let areProbabilities):
            labels?.add(answer, threshold: areProbabilities ? 0.5 : 0) { targets.elements.number(first + $0) }
        }
    }

    /// The figures of all that was taken in.
    consuming func finished() -> Evaluation {
        classes?.finish()
        numbers?.finish()
        return classes.map { .classes($0) } ?? numbers.map { .numbers($0) }
            ?? .labels(labels ?? MultiLabelEvaluation(labels: 0))
    }
}
