import ApusData
import ApusInstructions
import ApusRuntime

extension Trainer {
    /// Runs the steps of an epoch that are left, and ends it.
    mutating func runEpoch(
        shouldStop: () -> Bool, observe: (TrainingEvent) throws(TrainingError) -> Void
    ) throws(TrainingError) {
        let epoch = progress.epoch
        let order = Shuffle.permutation(count: data.training.count, seed: options.seed, epoch: epoch)
        let clock = ContinuousClock()
        let began = clock.now
        var lastEvaluation = began
        let secondsBefore = progress.seconds
        while progress.step < batchesPerEpoch {
            let count = batch(progress.step, of: order).count
            let loss = try runStep(order, epoch: epoch)
            progress.step += 1
            progress.lossSum += loss * Double(count)
            try observe(.step(epoch: epoch + 1, step: progress.step, steps: batchesPerEpoch, loss: loss))
            guard progress.step < batchesPerEpoch else { break }
            progress.seconds = secondsBefore + (clock.now - began).inSeconds
            let isStepDue =
                options.evaluationSteps > 0
                && progress.step % (options.evaluationSteps * options.accumulation) == 0
            let isTimeDue =
                options.evaluationSeconds > 0
                && (clock.now - lastEvaluation).inSeconds >= options.evaluationSeconds
            if isStepDue || isTimeDue {
                try evaluateWithin(epoch: epoch, selects: isStepDue, observe: observe)
                lastEvaluation = clock.now
            }
            if shouldStop() {
                try observe(.checkpoint(checkpoint()))
                return
            }
        }
        progress.seconds = secondsBefore + (clock.now - began).inSeconds
        try endEpoch(epoch, observe: observe)
    }

    /// Places in the order of an epoch: those of a step's batch. Behind the last step there are none.
    private func batch(_ step: Int, of order: [Int32]) -> Range<Int> {
        min(step * options.batch, order.count)..<min((step + 1) * options.batch, order.count)
    }

    /// Where a batch is among those of its step.
    private func place(_ batch: Int, of order: [Int32]) -> (before: Int, share: Float, isFirst: Bool, isLast: Bool) {
        let first = batch / options.accumulation * options.accumulation
        let end = min(first + options.accumulation, batchesPerEpoch)
        let begin = self.batch(first, of: order).lowerBound
        let (own, all) = (self.batch(batch, of: order), self.batch(end - 1, of: order).upperBound - begin)
        return (
            own.lowerBound - begin, Float(Double(own.count) / Double(all)), batch == first, batch == end - 1
        )
    }

    /// Runs one batch, while the next is prepared, and returns its mean loss.
    private mutating func runStep(_ order: [Int32], epoch: Int) throws(TrainingError) -> Double {
        let own = batch(progress.step, of: order)
        let following = batch(progress.step + 1, of: order)
        if !isBatchReady {
            buffer.fill(
                source, order: order.span.extracting(own), seed: options.seed, epoch: epoch, threads: &session)
        }
        var arguments = RunArguments()
        arguments.learningRate = Float(
            progress.learningRate.rate(
                options.schedule, step: progress.totalSteps, of: stepsPerEpoch * options.epochs))
        arguments.step = UInt32(truncatingIfNeeded: progress.totalSteps + 1)
        let place = place(progress.step, of: order)
        arguments.firstSample = UInt32(truncatingIfNeeded: place.before)
        arguments.share = place.share
        arguments.isFirst = place.isFirst ? 1 : 0
        arguments.isLast = place.isLast ? 1 : 0
        if place.isLast { progress.totalSteps += 1 }
        arguments.seedLow = UInt32(truncatingIfNeeded: options.seed)
        arguments.seedHigh = UInt32(truncatingIfNeeded: options.seed >> 32)
        buffer.bind(to: &session)
        do throws(SessionError) {
            try buffer.prepareNext(
                source, order: order.span.extracting(following), seed: options.seed, epoch: epoch,
                with: &session
            ) { (session, companion) throws(SessionError) in
                try session.run(batch: own.count, arguments: arguments, beside: companion)
            }
        } catch {
            throw .session(error)
        }
        buffer.takeNext()
        isBatchReady = !following.isEmpty
        let loss = unsafe Double(session.withState(lossSlice) { unsafe $0[0] })
        guard loss.isFinite else {
            throw .notFinite(what: "the loss", epoch: epoch + 1, step: progress.step + 1)
        }
        guard unsafe session.withState(statusSlice, { unsafe $0[0].isFinite }) else {
            throw .notFinite(what: "a gradient or a parameter", epoch: epoch + 1, step: progress.step + 1)
        }
        return loss
    }

    /// Evaluates between two steps.
    /// - Parameter selects: whether the score counts; one that the clock asked for does not.
    private mutating func evaluateWithin(
        epoch: Int, selects: Bool, observe: (TrainingEvent) throws(TrainingError) -> Void
    ) throws(TrainingError) {
        guard let selecting = options.selection == .test ? data.test : data.validation else { return }
        let current = currentModel()
        try evaluator.setWeights(current.weights)
        let score = try evaluator.evaluate(selecting).score
        try observe(.evaluated(epoch: epoch + 1, step: progress.step, score: score))
        if selects, progress.learningRate.note(score: score, epoch: epoch) {
            try observe(.improved(current, epoch: epoch + 1, score: score))
        }
    }

    private mutating func endEpoch(
        _ epoch: Int, observe: (TrainingEvent) throws(TrainingError) -> Void
    ) throws(TrainingError) {
        let current = currentModel()
        try evaluator.setWeights(current.weights)
        var record = EpochRecord(
            epoch: epoch + 1, trainLoss: progress.lossSum / Double(data.training.count),
            learningRate: progress.learningRate.rate(
                options.schedule, step: progress.totalSteps - 1, of: stepsPerEpoch * options.epochs),
            seconds: progress.seconds,
            samplesPerSecond: Double(data.training.count) / max(progress.seconds, 1e-9))
        if let validation = data.validation {
            let evaluation = try evaluator.evaluate(validation)
            (record.validationScore, record.measure) = (evaluation.score, evaluation.measure)
        }
        if let test = data.test {
            let evaluation = try evaluator.evaluate(test)
            (record.testScore, record.measure) = (evaluation.score, evaluation.measure)
        }
        let selecting: Double? =
            switch options.selection {
            case .validation: record.validationScore
            case .test: record.testScore
            case .last: nil
            }
        try observe(.epoch(record))
        if let selecting {
            if progress.learningRate.note(score: selecting, epoch: epoch) {
                try observe(.improved(current, epoch: epoch + 1, score: selecting))
            }
            if selecting >= options.targetScore { progress.end = .targetReached }
            if progress.learningRate.endEpoch(epoch, options.schedule) {
                try observe(.learningRateDivided(to: progress.learningRate.base))
            }
            if options.patience > 0, epoch - progress.learningRate.lastImprovement >= options.patience {
                progress.end = progress.end ?? .noImprovement
            }
        } else {
            // Nothing selects: each epoch's model takes the place of the one before.
            try observe(.improved(current, epoch: epoch + 1, score: record.testScore ?? .nan))
        }
        progress.epoch += 1
        progress.step = 0
        progress.lossSum = 0
        progress.seconds = 0
        try observe(.checkpoint(checkpoint()))
    }
}

extension Duration {
    fileprivate var inSeconds: Double { self / .seconds(1) }
}
