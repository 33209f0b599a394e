import ApusTraining
import Testing

@Suite struct LearningRateTests {
    @Test func plateauDividesAfterPatienceAndGivesTheNewRateTime() {
        var rate = LearningRate(base: 1e-3)
        let schedule = TrainingOptions.Schedule.plateau(divisor: 10, patience: 2, minimum: 5e-5)
        var divisions: [Int] = []
        for epoch in 0..<10 {
            _ = rate.note(score: epoch == 1 ? 0.9 : 0.5, epoch: epoch)
            if rate.endEpoch(epoch, schedule) { divisions.append(epoch) }
        }
        #expect(divisions == [3, 5])
        #expect(rate.base == 5e-5)
        #expect(rate.bestEpoch == 1 && rate.bestScore == 0.9)
    }

    @Test func cosineRisesAndFalls() {
        let rate = LearningRate(base: 2)
        let schedule = TrainingOptions.Schedule.cosine(warmup: 4, minimum: 0.5)
        let rates = [0, 3, 4, 54, 104].map { rate.rate(schedule, step: $0, of: 104) }
        #expect(rates == [0.5, 2, 2, 1.25, 0.5])
    }

    @Test func equalScoreCountsAsImprovement() {
        var rate = LearningRate(base: 1)
        let improved = [0.5, 0.5, 0.4].enumerated().map { rate.note(score: $0.element, epoch: $0.offset) }
        #expect(improved == [true, true, false])
        #expect(rate.lastImprovement == 1)
    }
}
