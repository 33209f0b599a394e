import ApusData

/// Takes in answers, one sample after the other, and holds them against the targets.
struct Tally {
    private let kind: AnswerKind
    private let targets: DataColumn
    // The one that the kind asks for is there, and is changed in its place.
    private var classes: ClassEvaluation?
    private var numbers: RegressionEvaluation?
    private var labels: MultiLabelEvaluation?
    /// One for each sample, where they are kept.
    private var answers: [SampleAnswer]?

    /// - Parameter keepsAnswers: whether each sample's answer is kept. Of samples with several labels none is.
    init(_ kind: AnswerKind, _ targets: DataColumn, keepsAnswers: Bool = false) {
        self.kind = kind
        self.targets = targets
        var hasSeveralLabels = false
        switch kind {
        case .classes(let count, let positions, _):
            classes = ClassEvaluation(classes: count)
            hasSeveralLabels = positions != 1
        case .numbers(let count): numbers = RegressionEvaluation(elements: count)
        case .labels(let count, _): labels = MultiLabelEvaluation(labels: count)
        }
        if keepsAnswers, !hasSeveralLabels { answers = [] }
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
                let (own, label) = (answer[start..<start + count], Int(elements[first + position]))
                let before = classes?.loss ?? 0
                classes?.add(own, label: label, scores)
                // What is no class is passed over.
                if answers != nil, label >= 0, label < count {
                    answers?.append(
                        SampleAnswer(
                            sample: sample, label: label, scores: own, scores, loss: (classes?.loss ?? 0) - before))
                }
            }
        case .numbers(let count):
            numbers?.add(answer) { targets.elements.number(first + $0) }
            if answers != nil {
                let error = answer.enumerated().reduce(0.0) { sum, element in
                    let difference = Double(element.element) - Double(targets.elements.number(first + element.offset))
                    return sum + difference * difference
                }
                answers?.append(SampleAnswer(sample: sample, loss: error / Double(max(1, count))))
            }
        case .labels(_, let areProbabilities):
            let threshold: Float = areProbabilities ? 0.5 : 0
            labels?.add(answer, threshold: threshold) { targets.elements.number(first + $0) }
            if answers != nil {
                let wrong = answer.enumerated().count { index, value in
                    (value > threshold) != (targets.elements.number(first + index) > 0.5)
                }
                answers?.append(SampleAnswer(sample: sample, loss: Double(wrong)))
            }
        }
    }

    /// The figures of all that was taken in, and the answers that were kept.
    consuming func finished() -> (evaluation: Evaluation, answers: [SampleAnswer]) {
        classes?.finish()
        numbers?.finish()
        let evaluation: Evaluation =
            classes.map { .classes($0) } ?? numbers.map { .numbers($0) }
            ?? .labels(labels ?? MultiLabelEvaluation(labels: 0))
        return (evaluation, answers ?? [])
    }
}
