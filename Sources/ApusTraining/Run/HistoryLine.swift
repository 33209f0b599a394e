package import ApusJSON

/// What a line of `history.jsonl` says.
package enum HistoryRecord: Sendable, Equatable {
    case epoch(EpochRecord)
    case evaluation(EvaluationRecord)

    /// The place on the axis of epochs: 2.5 is in the midst of the third.
    package var place: Double {
        switch self {
        case .epoch(let record): Double(record.epoch)
        case .evaluation(let record):
            Double(record.epoch - 1) + Double(record.step) / Double(max(1, record.steps))
        }
    }
}

/// A line of `history.jsonl`, as it stands there and as what it says.
package struct HistoryLine: Sendable, Equatable {
    /// Without the line's end.
    package let text: String
    /// Nil where another program, or a later version, wrote what this one doesn't know.
    package let record: HistoryRecord?

    package init(_ record: HistoryRecord) {
        switch record {
        case .epoch(let epoch): text = epoch.json.compact
        case .evaluation(let evaluation): text = evaluation.json.compact
        }
        self.record = record
    }

    package init(text: String) {
        self.text = text
        let value = try? JSONValue(parsing: text)
        record = value.flatMap { value in
            value["step"] == nil
                ? EpochRecord(value).map { .epoch($0) } : EvaluationRecord(value).map { .evaluation($0) }
        }
    }

    /// The lines of a file's text, empty ones left out.
    package static func lines(of text: String) -> [HistoryLine] {
        text.split(separator: "\n").map { HistoryLine(text: String($0)) }
    }

    /// Those that a run has behind it when it goes on from so many epochs and, in the one under way, so many batches. What a line of
    /// a kind says that isn't known goes with the lines before it.
    ///
    /// A checkpoint may lie between a batch and the evaluation behind it, which is then done once more: so that isn't among them.
    package static func lines(_ lines: [HistoryLine], before epochs: Int, step: Int) -> [HistoryLine] {
        var ended = 0
        return lines.filter { line in
            switch line.record {
            case .evaluation(let record):
                return record.epoch <= epochs || (record.epoch == epochs + 1 && record.step < step)
            default:
                ended += 1
                return ended <= epochs
            }
        }
    }
}

extension EpochRecord {
    /// A line of the history. A score that was not measured is null, and a loss of a set that was not is left out.
    package var json: JSONValue {
        var members: [JSONValue.Member] = [
            .init("epoch", .integer(epoch)), .init("train_loss", .number(trainLoss)),
            .init("validation_\(measure.rawValue)", validationScore.map { .number($0) } ?? .null),
            .init("test_\(measure.rawValue)", testScore.map { .number($0) } ?? .null),
            .init("learning_rate", .number(learningRate)), .init("seconds", .number(seconds)),
            .init("images_per_second", .number(samplesPerSecond)),
        ]
        if let validationLoss { members.append(.init("validation_loss", .number(validationLoss))) }
        if let testLoss { members.append(.init("test_loss", .number(testLoss))) }
        return .object(members)
    }

    /// What a line says; nil where it is none of an epoch.
    fileprivate init?(_ line: JSONValue) {
        guard let epoch = line["epoch"]?.integerValue, let measure = Evaluation.Measure(of: line) else { return nil }
        self.init(
            // What is not a number is written as null.
            epoch: epoch, trainLoss: line["train_loss"]?.doubleValue ?? .nan, measure: measure,
            validationScore: line["validation_\(measure.rawValue)"]?.doubleValue,
            testScore: line["test_\(measure.rawValue)"]?.doubleValue,
            validationLoss: line["validation_loss"]?.doubleValue, testLoss: line["test_loss"]?.doubleValue,
            learningRate: line["learning_rate"]?.doubleValue ?? .nan, seconds: line["seconds"]?.doubleValue ?? 0,
            samplesPerSecond: line["images_per_second"]?.doubleValue ?? 0)
    }
}

extension EvaluationRecord {
    /// A line of the history: nothing in it depends on the clock, unless the clock asked for the evaluation.
    package var json: JSONValue {
        [
            "epoch": .integer(epoch), "step": .integer(step), "steps": .integer(steps),
            "\(isTest ? "test" : "validation")_\(measure.rawValue)": .number(score),
        ]
    }

    fileprivate init?(_ line: JSONValue) {
        guard let epoch = line["epoch"]?.integerValue, let step = line["step"]?.integerValue,
            let measure = Evaluation.Measure(of: line)
        else { return nil }
        let test = line["test_\(measure.rawValue)"]
        self.init(
            epoch: epoch, step: step, steps: line["steps"]?.integerValue ?? step, measure: measure,
            isTest: test != nil,
            score: (test ?? line["validation_\(measure.rawValue)"])?.doubleValue ?? .nan)
    }
}

extension Evaluation.Measure {
    /// That of a line of a history; nil where it has none.
    fileprivate init?(of line: JSONValue) {
        guard
            let measure = Self.allCases.first(where: { measure in
                ["validation", "test"].contains { line["\($0)_\(measure.rawValue)"] != nil }
            })
        else { return nil }
        self = measure
    }
}
