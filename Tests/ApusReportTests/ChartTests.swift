import ApusTraining
import Testing

@testable import ApusReport

@Suite struct ChartTests {
    @Test func scalesHoldTheirValues() {
        let scale = Scale([0.2, 0.9, .nan, .infinity])
        #expect(scale.low < 0.2 && scale.high > 0.9 && !scale.isLogarithmic)
        #expect(scale.part(0.2) > 0 && scale.part(0.9) < 1)
        #expect(scale.ticks == [0.2, 0.4, 0.6000000000000001, 0.8])
        #expect(Scale([1, 12], isTight: true).ticks == [5, 10])
        let rates = Scale([1e-5, 3e-3], mayBeLogarithmic: true)
        #expect(rates.isLogarithmic && rates.ticks.count == 3)
        for (tick, power) in zip(rates.ticks, [1e-5, 1e-4, 1e-3]) { #expect(abs(tick / power - 1) < 1e-9) }
        // A single value, and none, have a scale too.
        #expect(Scale([3]).part(3) == 0.5 && Scale([0]).part(0) == 0.5 && Scale([]).ticks.count > 1)
        #expect(!Scale([0, 1000], mayBeLogarithmic: true).isLogarithmic)
    }

    @Test func curvesLieInTheirFrame() {
        let points = (1...50).map { Series.Point(Double($0), 1 / Double($0)) }
        let chart = LineChart("Loss", [Series("training", points)])
        let text = chart.html.text
        #expect(text.contains("aria-label=\"Loss by epoch: training 1.000 to 0.0200.\""))
        let path = text.components(between: "class=\"line s0\" d=\"", and: "\"")[0]
        let numbers = path.split { "ML ".contains($0) }.compactMap { Double($0) }
        #expect(numbers.count == 100)
        for (index, number) in numbers.enumerated() {
            let range =
                index % 2 == 0 ? LineChart.left...LineChart.right : LineChart.top...LineChart.bottom
            #expect(range.contains(number))
        }
        // The first is at the left edge and the highest.
        #expect(
            numbers[0] == LineChart.left && numbers[98] == LineChart.right
                && numbers[1] == numbers.enumerated().filter { $0.offset % 2 == 1 }.map(\.element).min())
        #expect(text.count(of: "<tr>") == 51)
    }

    @Test func labelsKeepApart() {
        let heights = LineChart.apart([100, 101, 102, 211, 212])
        #expect(zip(heights, heights.dropFirst()).allSatisfy { $1 - $0 >= 15 })
        #expect(heights.allSatisfy { $0 <= LineChart.bottom })
        #expect(LineChart.apart([10, 200]) == [10, 200])
    }

    @Test func longCurvesAreThinnedAndWrongOnesLeftOut() {
        let points = (0..<10_000).map { Series.Point(Double($0), $0 == 5 ? .nan : Double($0)) }
        let thin = Series("a", points).thinned(to: 300)
        #expect(thin.points.count == 300 && thin.points[0].place == 0 && thin.points[299].place == 9_999)
        #expect(Series("a", points).points.count == 9_999)
        let text = LineChart("Loss", [Series("a", points), Series("none", [])]).html.text
        #expect(text.utf8.count < 80_000 && !text.contains("nan"))
        #expect(LineChart("Loss", [Series("none", [])]).html.text == "")
    }

    @Test func namesOfCurvesAreEscaped() {
        let text = LineChart("<b>", [Series("<i>", [.init(1, 2)])]).html.text
        #expect(!text.contains("<b>") && !text.contains("<i>") && text.contains("&lt;i&gt;"))
    }

    @Test func aHistoryBecomesCurves() {
        func epoch(_ number: Int, _ score: Double) -> HistoryRecord {
            .epoch(
                EpochRecord(
                    epoch: number, trainLoss: 1 / Double(number), validationScore: score, testScore: nil,
                    learningRate: 0.01, seconds: 1, samplesPerSecond: 10))
        }
        let within = EvaluationRecord(
            epoch: 2, step: 3, steps: 4, measure: .accuracy, isTest: false, score: 0.6)
        let curves = TrainingCurves([epoch(1, 0.5), .evaluation(within), epoch(2, 0.7)])
        #expect(curves.validation.points == [.init(1, 0.5), .init(1.75, 0.6), .init(2, 0.7)])
        #expect(curves.test.points.isEmpty && curves.loss.points == [.init(1, 1), .init(2, 0.5)])
        #expect(curves.section.content[0].text.contains("60.00 %"))
        #expect(curves.validationLoss.points.isEmpty && curves.testLoss.points.isEmpty)
    }

    @Test func lossesOfSetsAreCurvesBesideThatOfTraining() {
        let records = (1...2).map { number in
            HistoryRecord.epoch(
                EpochRecord(
                    epoch: number, trainLoss: 1, validationScore: 0.5, testScore: 0.25, validationLoss: Double(number),
                    // The first epoch is of a run that kept none.
                    testLoss: number == 1 ? nil : 4, learningRate: 0.01, seconds: 1, samplesPerSecond: 10))
        }
        let curves = TrainingCurves(records)
        #expect(curves.validationLoss.points == [.init(1, 1), .init(2, 2)] && curves.testLoss.points == [.init(2, 4)])
        let text = curves.section.content[0].text
        #expect(text.contains("Loss by epoch: validation 1.000 to 2.000; test 4.000; training 1.000 to 1.000."))
        // A set has one colour in all charts.
        for (set, colour) in [("validation", "s0"), ("test", "s1")] {
            let labels = text.components(between: "class=\"label ", and: "</text>").filter { $0.contains(">\(set) ") }
            #expect(labels.count == 2 && labels.allSatisfy { $0.hasPrefix(colour) })
        }
    }

    @Test func chartsFillTheirRows() {
        func rows(_ series: [Series]) -> HTML { ChartGrid.html(series.map { LineChart("Loss", [$0]) }) }
        let (full, empty) = (Series("a", [.init(1, 2)]), Series("b", []))
        for count in 0...6 {
            let text = rows(Array(repeating: full, count: count) + [empty]).text
            #expect(text.count(of: "<figure") == count)
            #expect(text.hasPrefix("<div class=\"charts three\">") == (count == 3 || count == 6))
        }
    }
}

extension String {
    /// The parts that stand between two others.
    func components(between start: String, and end: String) -> [String] {
        var parts: [String] = []
        var rest = self[...]
        while let from = rest.firstRange(of: start) {
            rest = rest[from.upperBound...]
            guard let to = rest.firstRange(of: end) else { break }
            parts.append(String(rest[..<to.lowerBound]))
            rest = rest[to.upperBound...]
        }
        return parts
    }
}
