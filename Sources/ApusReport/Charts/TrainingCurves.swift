package import ApusTraining

/// The curves of a run's history.
package struct TrainingCurves: Sendable {
    private let records: [HistoryRecord]
    /// What the scores are.
    package let measure: Evaluation.Measure

    package init(_ records: [HistoryRecord]) {
        self.records = records
        measure =
            switch records.first {
            case .epoch(let record): record.measure
            case .evaluation(let record): record.measure
            case nil: .accuracy
            }
    }

    package var epochs: [EpochRecord] {
        records.compactMap { record in
            guard case .epoch(let epoch) = record else { return nil }
            return epoch
        }
    }

    package var loss: Series { Series("training", epochs.map { .init(Double($0.epoch), $0.trainLoss) }) }
    package var validationLoss: Series { losses("validation", \.validationLoss) }
    package var testLoss: Series { losses("test", \.testLoss) }
    package var rate: Series { Series("rate", epochs.map { .init(Double($0.epoch), $0.learningRate) }) }
    package var validation: Series { scores("validation", isTest: false) }
    package var test: Series { scores("test", isTest: true) }

    private func losses(_ name: String, _ loss: (EpochRecord) -> Double?) -> Series {
        Series(name, epochs.compactMap { epoch in loss(epoch).map { .init(Double(epoch.epoch), $0) } })
    }

    private func scores(_ name: String, isTest: Bool) -> Series {
        let points = records.compactMap { record -> Series.Point? in
            let score: Double? =
                switch record {
                case .epoch(let epoch): isTest ? epoch.testScore : epoch.validationScore
                case .evaluation(let evaluation): evaluation.isTest == isTest ? evaluation.score : nil
                }
            return score.map { .init(record.place, $0) }
        }
        // Within a history places rise; whoever wrote another one by hand gets a curve and no knot.
        return Series(name, points.sorted { $0.place < $1.place })
    }

    /// The section of a report.
    package var section: Page.Section {
        let measure = measure
        let title = measure == .accuracy ? "Accuracy" : measure.title
        let note =
            epochs.isEmpty
            ? "No epoch is done yet."
            : "Training loss is the mean over an epoch's batches, while the parameters changed. All else is of the model after it."
        return Page.Section(
            "curves", "Curves", note: note,
            [
                // A set's curves have one colour: those of training come last.
                ChartGrid.html([
                    LineChart(title, [validation, test], format: { Self.score($0, measure) }),
                    LineChart("Loss", [validationLoss, testLoss, loss], mayBeLogarithmic: true),
                    LineChart("Learning rate", [rate], mayBeLogarithmic: true),
                ])
            ])
    }

    /// A score as it is written: accuracies as shares.
    package static func score(_ value: Double, _ measure: Evaluation.Measure) -> String {
        measure == .accuracy ? Parts.percent(value) : Parts.number(value)
    }
}
