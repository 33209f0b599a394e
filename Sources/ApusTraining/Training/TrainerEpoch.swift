import ApusData
import ApusInstructions
import ApusRuntime

extension Trainer {
    /// Runs the steps of an epoch that are left, and ends it.
    ///
    /// - Returns: whether it was ended. Where the trainer was told to stop before, the state is one to go on from: what an evaluation
    ///   after a step changes, also that at the end of the epoch, is not in it as long as the evaluation is not done.
    mutating func runEpoch(
        shouldStop: () -> Bool, observe: (TrainingEvent) throws(TrainingError) -> Void
    ) throws(TrainingError) -> Bool {
        let epoch = progress.epoch
        let order = Shuffle.permutation(count: data.training.count, seed: options.seed, epoch: epoch)
        let clock = ContinuousClock()
        let began = clock.now
        var (lastEvaluation, lastCheckpoint) = (began, began)
        let secondsBefore = progress.seconds
        var wanted = RankVotes()
        while progress.step < batchesPerEpoch {
            // A checkpoint may be of the moment between a step and its evaluation. To repeat one changes nothing.
            let isStepDue = isDue(every: options.evaluationSteps)
            let isTimeDue =
                ranks == nil
                ? isDue(after: options.evaluationSeconds, since: lastEvaluation) : wanted.contains(.evaluation)
            if isStepDue || (progress.step > 0 && isTimeDue) {
                guard try evaluateWithin(epoch: epoch, selects: isStepDue, shouldStop: shouldStop, observe: observe)
                else { return false }
                lastEvaluation = clock.now
            }
            let count = batch(progress.step, of: order).count
            if ranks != nil {
                session.vote(
                    votes(shouldStop, evaluationSince: lastEvaluation, checkpointSince: lastCheckpoint))
            }
            let loss = try runStep(order, epoch: epoch)
            progress.step += 1
            progress.lossSum += loss * Double(count)
            progress.seconds = secondsBefore + (clock.now - began).inSeconds
            try observe(.step(epoch: epoch + 1, step: progress.step, steps: batchesPerEpoch, loss: loss))
            wanted = session.votes
            if ranks == nil ? shouldStop() : wanted.contains(.stop) { return false }
            let isCheckpointDue =
                ranks == nil
                ? isDue(after: options.checkpointSeconds, since: lastCheckpoint) : wanted.contains(.checkpoint)
            if isDue(every: options.checkpointSteps) || isCheckpointDue {
                try observe(.checkpoint(wholeCheckpoint()))
                lastCheckpoint = clock.now
            }
        }
        return try endEpoch(epoch, shouldStop: shouldStop, observe: observe)
    }

    /// What this rank tells the others with the step that comes. Whoever wants to stop stops all; the first one's clock is everybody's.
    private func votes(
        _ shouldStop: () -> Bool, evaluationSince: ContinuousClock.Instant, checkpointSince: ContinuousClock.Instant
    ) -> RankVotes {
        var votes = RankVotes()
        if shouldStop() { votes.insert(.stop) }
        guard ranks?.rank == 0 else { return votes }
        if isDue(after: options.evaluationSeconds, since: evaluationSince) { votes.insert(.evaluation) }
        if isDue(after: options.checkpointSeconds, since: checkpointSince) { votes.insert(.checkpoint) }
        return votes
    }

    /// Whether something is due after the step that was done last.
    /// - Parameter steps: the optimizer's steps between two times; 0 for never.
    private func isDue(every steps: Int) -> Bool {
        steps > 0 && progress.step > 0 && progress.step % (steps * options.accumulation) == 0
    }

    /// Whether so many seconds are over; 0 for never.
    private func isDue(after seconds: Double, since last: ContinuousClock.Instant) -> Bool {
        seconds > 0 && (ContinuousClock.now - last).inSeconds >= seconds
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
                source, order: order.span.extracting(own), places: session.ownSamples(of: own.count),
                seed: options.seed, epoch: epoch, threads: &session)
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
                source, order: order.span.extracting(following), places: session.ownSamples(of: following.count),
                seed: options.seed, epoch: epoch, with: &session
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
        guard unsafe session.withState(statusSlice, { unsafe $0[0].isFinite }), !session.votes.contains(.notFinite)
        else {
            throw .notFinite(what: "a gradient or a parameter", epoch: epoch + 1, step: progress.step + 1)
        }
        return loss
    }

    /// Evaluates between two steps.
    /// - Parameter selects: whether the score counts; one that the clock asked for does not.
    /// - Returns: whether it was done before the trainer was told to stop.
    private mutating func evaluateWithin(
        epoch: Int, selects: Bool, shouldStop: () -> Bool, observe: (TrainingEvent) throws(TrainingError) -> Void
    ) throws(TrainingError) -> Bool {
        guard let selecting = options.selection == .test ? data.test : data.validation else { return true }
        let current = try wholeModel()
        try evaluator.setWeights(current.weights)
        guard let score = try evaluator.evaluate(selecting, unless: shouldStop)?.evaluation.score else { return false }
        try observe(.evaluated(epoch: epoch + 1, step: progress.step, score: score))
        if selects, progress.learningRate.note(score: score, epoch: epoch) {
            try observe(.improved(current, epoch: epoch + 1, score: score))
        }
        return true
    }

    /// - Returns: whether it was done before the trainer was told to stop.
    private mutating func endEpoch(
        _ epoch: Int, shouldStop: () -> Bool, observe: (TrainingEvent) throws(TrainingError) -> Void
    ) throws(TrainingError) -> Bool {
        let current = try wholeModel()
        try evaluator.setWeights(current.weights)
        var record = EpochRecord(
            epoch: epoch + 1, trainLoss: progress.lossSum / Double(data.training.count),
            learningRate: progress.learningRate.rate(
                options.schedule, step: progress.totalSteps - 1, of: stepsPerEpoch * options.epochs),
            seconds: progress.seconds,
            samplesPerSecond: Double(data.training.count) / max(progress.seconds, 1e-9))
        var last: DetailedEvaluation?
        if let validation = data.validation {
            let keeps = options.keepsAnswers && data.test == nil
            last = try evaluator.evaluate(validation, keepingAnswers: keeps, unless: shouldStop)
            guard let evaluation = last?.evaluation else { return false }
            (record.validationScore, record.measure) = (evaluation.score, evaluation.measure)
            record.validationLoss = evaluation.loss(trainedBy: options.loss)
        }
        if let test = data.test {
            last = try evaluator.evaluate(test, keepingAnswers: options.keepsAnswers, unless: shouldStop)
            guard let evaluation = last?.evaluation else { return false }
            (record.testScore, record.measure) = (evaluation.score, evaluation.measure)
            record.testLoss = evaluation.loss(trainedBy: options.loss)
        }
        let selecting: Double? =
            switch options.selection {
            case .validation: record.validationScore
            case .test: record.testScore
            case .last: nil
            }
        if options.keepsAnswers, let last { try observe(.answered(last)) }
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
        try observe(.checkpoint(wholeCheckpoint()))
        return true
    }
}

extension Duration {
    fileprivate var inSeconds: Double { self / .seconds(1) }
}
