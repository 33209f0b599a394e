/// How well a model tells which labels are true of a sample, each by itself.
public struct MultiLabelEvaluation: Sendable, Equatable {
    /// What happened with one label.
    public struct Counts: Sendable, Equatable {
        public var truePositives = 0
        public var falsePositives = 0
        public var falseNegatives = 0
        public var trueNegatives = 0

        public var accuracy: Double {
            let all = truePositives + falsePositives + falseNegatives + trueNegatives
            return all == 0 ? 0 : Double(truePositives + trueNegatives) / Double(all)
        }

        /// The harmonic mean of precision and recall, 2 TP / (2 TP + FP + FN); nil where the label is neither true nor
        /// answered anywhere.
        public var f1: Double? {
            let all = 2 * truePositives + falsePositives + falseNegatives
            return all == 0 ? nil : 2 * Double(truePositives) / Double(all)
        }
    }

    public var samples = 0
    /// Samples of which every label is told right.
    public var exact = 0
    public var labels: [Counts]

    init(labels: Int) { self.labels = Array(repeating: Counts(), count: labels) }

    /// Mean over the labels.
    public var accuracy: Double { labels.reduce(0) { $0 + $1.accuracy } / Double(max(1, labels.count)) }

    /// Of all labels together; 0 where none is true and none is answered.
    public var f1: Double {
        var all = Counts()
        for label in labels {
            all.truePositives += label.truePositives
            all.falsePositives += label.falsePositives
            all.falseNegatives += label.falseNegatives
        }
        return all.f1 ?? 0
    }

    /// Takes in one sample: a label is answered where its number is above the threshold, and true where its target is above
    /// one half.
    mutating func add(_ answer: ArraySlice<Float>, threshold: Float, target: (Int) -> Float) {
        samples += 1
        var isExact = true
        for (index, value) in answer.enumerated() {
            switch (value > threshold, target(index) > 0.5) {
            case (true, true): labels[index].truePositives += 1
            case (true, false): labels[index].falsePositives += 1
            case (false, true): labels[index].falseNegatives += 1
            case (false, false): labels[index].trueNegatives += 1
            }
            isExact = isExact && (value > threshold) == (target(index) > 0.5)
        }
        exact += isExact ? 1 : 0
    }
}
