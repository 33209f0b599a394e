package import ApusData

package import ApusTraining

/// What a page shows of an evaluation: what was confused, each class, and the samples that were most wrong.
package struct EvaluationSections: Sendable {
    let detailed: DetailedEvaluation
    let dataset: Dataset
    /// One for each class, or for each label.
    let names: [String]
    /// What was evaluated, for people: `the test set`.
    let set: String

    /// - Parameters:
    ///   - dataset: what was answered.
    ///   - names: of the first classes; further ones go by their number.
    ///   - set: what was evaluated: `the test set`.
    package init(_ detailed: DetailedEvaluation, of dataset: Dataset, names: [String], set: String) {
        self.detailed = detailed
        self.dataset = dataset
        self.set = set
        let count =
            switch detailed.evaluation {
            case .classes(let classes): classes.confusion.count
            case .labels(let labels): labels.labels.count
            case .numbers: 0
            }
        self.names = (0..<count).map { $0 < names.count && !names[$0].isEmpty ? Self.visible(names[$0]) : "\($0)" }
    }

    /// A name of nothing that is seen, as letters of a text may be, by the signs for it.
    private static func visible(_ name: String) -> String {
        guard name.allSatisfy(\.isWhitespace) else { return name }
        return String(name.map { $0 == "\n" ? "⏎" : $0 == "\t" ? "⇥" : "␣" })
    }

    /// Samples that are shown as most wrong.
    package static let mistakeCount = 20
    /// Cells whose pictures are shown, and pictures of each.
    static let pairCount = 10
    static let picturesOfPair = 6

    /// A cell of the confusion matrix beside the diagonal.
    struct Pair: Hashable {
        var label: Int
        var answer: Int

        var identifier: String { "pair-\(label)-\(answer)" }
    }

    /// The sections, in their order. What an evaluation doesn't have is left out.
    package var sections: [Page.Section] {
        let mistakes = self.mistakes
        let pairs = worstPairs
        let samples = mistakes.map(\.sample) + pairs.flatMap { $0.answers.map(\.sample) }
        let sheet = PictureSheet(dataset, samples: samples)
        var sections: [Page.Section] = []
        if case .classes(let classes) = detailed.evaluation, !classes.confusion.isEmpty {
            sections.append(confusion(classes, pairs, sheet))
            sections.append(perClass(classes))
        }
        if case .labels(let labels) = detailed.evaluation { sections.append(perLabel(labels)) }
        if case .numbers(let numbers) = detailed.evaluation { sections.append(figures(numbers)) }
        if !detailed.answers.isEmpty { sections.append(mostWrong(mistakes, sheet)) }
        if let sheet, !sections.isEmpty { sections[0].content.insert(sheet.definition, at: 0) }
        return sections
    }

    /// The answers that are most wrong: of classes those that name another class, by how unlikely the right one was to the model.
    var mistakes: [SampleAnswer] {
        let wrong = detailed.answers.filter { $0.label != $0.answer || ($0.label == nil && $0.loss > 0) }
        return Array(wrong.sorted(by: Self.isWorse).prefix(Self.mistakeCount))
    }

    static func isWorse(_ left: SampleAnswer, _ right: SampleAnswer) -> Bool {
        left.loss == right.loss ? left.sample < right.sample : left.loss > right.loss
    }

    /// The cells with the most mistakes, and the worst of each.
    var worstPairs: [(pair: Pair, count: Int, answers: [SampleAnswer])] {
        var found: [Pair: [SampleAnswer]] = [:]
        for answer in detailed.answers {
            guard let label = answer.label, let chosen = answer.answer, label != chosen else { continue }
            found[Pair(label: label, answer: chosen), default: []].append(answer)
        }
        let order = found.sorted { left, right in
            (right.value.count, left.key.label, left.key.answer) < (left.value.count, right.key.label, right.key.answer)
        }
        return order.prefix(Self.pairCount).map { pair, answers in
            (pair, answers.count, Array(answers.sorted(by: Self.isWorse).prefix(Self.picturesOfPair)))
        }
    }

    private func perClass(_ classes: ClassEvaluation) -> Page.Section {
        let rows = names.indices.map { label -> [HTML] in
            let count = classes.confusion[label].reduce(0, +)
            return [
                .text(names[label]), .text(Parts.count(count)),
                .text(classes.precision(of: label).map(Parts.percent) ?? "–"),
                .text(classes.recall(of: label).map(Parts.percent) ?? "–"),
            ]
        }
        return Page.Section(
            "classes", "Classes",
            note:
                "Precision is the share of right answers among those that name a class, recall the share of a class's "
                + "samples that are answered right.",
            [
                Parts.table(
                    "Precision and recall of each class",
                    [
                        .init("class"), .init("samples", isNumber: true), .init("precision", isNumber: true),
                        .init("recall", isNumber: true),
                    ], Array(rows.prefix(Self.maximumRows)), isSortable: true)
            ]
                + (rows.count > Self.maximumRows
                    ? [HTML("p", ["class": "note"], "\(rows.count - Self.maximumRows) more classes are left out.")]
                    : []))
    }

    /// Rows of a table of classes: a page stays small.
    private static let maximumRows = 400

    private func perLabel(_ labels: MultiLabelEvaluation) -> Page.Section {
        let rows = zip(names, labels.labels).prefix(Self.maximumRows).map { name, counts -> [HTML] in
            [
                .text(name), .text(Parts.count(counts.truePositives + counts.falseNegatives)),
                .text(Parts.percent(counts.accuracy)), .text(counts.f1.map(Parts.number) ?? "–"),
            ]
        }
        return Page.Section(
            "classes", "Labels", note: "F1 is the harmonic mean of precision and recall.",
            [
                Parts.table(
                    "Accuracy and F1 of each label",
                    [
                        .init("label"), .init("true", isNumber: true), .init("accuracy", isNumber: true),
                        .init("F1", isNumber: true),
                    ], rows, isSortable: true)
            ])
    }

    private func figures(_ numbers: RegressionEvaluation) -> Page.Section {
        Page.Section(
            "errors", "Errors", note: "Over all numbers of all samples of \(set).",
            [
                Parts.figures([
                    ("R²", Parts.number(numbers.rSquared), "share of the variance that is explained"),
                    ("mean squared error", Parts.number(numbers.meanSquaredError), ""),
                    ("mean absolute error", Parts.number(numbers.meanAbsoluteError), ""),
                ])
            ])
    }
}
