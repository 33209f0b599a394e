import ApusPlan
import ApusRuntime
import Testing

/// What a session notes of its runs.
@Suite struct RecordingTests {
    @Test func everyCallIsNoted() throws {
        let plan = try RuntimePlans.inference()
        for threads in 1...3 {
            var session = try Session(plan, threads: threads)
            let nothing = session.recording()
            #expect(nothing.map(\.runs) == nil)
            session.startRecording(eventRoom: 10)
            let input = RuntimePlans.numbers(37 * 144)
            var output = [Float](repeating: 0, count: 370)
            var span = output.mutableSpan
            for _ in 0..<5 { try session.run(input.span, into: &span) }
            let seen = session.recording()
            let recording = try #require(seen)
            #expect(recording.runs == 5 && recording.droppedRuns == 0 && recording.threads.count == threads)
            for activity in recording.activities.body {
                #expect(recording.samples(activity) == 5 * 37)
                #expect(recording.calls(activity) == recording.calls(0) && recording.seconds(activity) >= 0)
            }
            // No thread was busy for longer than there was time.
            let whole = (0..<recording.activities.count).reduce(0) { $0 + recording.seconds($1) }
            #expect(whole > 0 && whole <= recording.seconds * Double(threads) * 1.001)
            for thread in recording.threads {
                #expect(thread.events.count <= 10)
                #expect(zip(thread.events, thread.events.dropFirst()).allSatisfy { $0.start + $0.duration <= $1.start })
            }
            #expect(recording.threads[0].events.count == 10)
            session.restartRecording()
            let forgotten = session.recording()
            #expect(forgotten?.runs == 0 && forgotten?.threads[0].events.isEmpty == true)
        }
    }

    @Test func stepsAreNotedAndStayTheSame() throws {
        let plan = try RuntimePlans.training()
        let plain = try RuntimePlans.train(plan, threads: 2)
        let (state, recording) = try RuntimePlans.train(plan, threads: 2, isRecorded: true)
        #expect(state == plain.state)
        let seen = try #require(recording)
        #expect(seen.runs == 3)
        for activity in 0..<seen.activities.instructions { #expect(seen.calls(activity) >= 3, "\(activity)") }
        #expect(seen.calls(seen.activities.clearing) == 3 * plan.shards)
        #expect(seen.calls(seen.activities.preparation) == 0)
        for activity in seen.activities.body { #expect(seen.samples(activity) == 30 + 31 + 32) }
    }

    /// A combination is run once a step, between what the shards do.
    @Test func combinationsAreNotedOnce() throws {
        let plan = try RuntimePlans.training(RuntimePlans.coupledSource)
        for threads in 1...3 {
            let recording = try #require(try RuntimePlans.train(plan, threads: threads, isRecorded: true).recording)
            let activities = recording.activities
            for activity in activities.body {
                let isCombination = activities.stage(activity) == "combination"
                #expect(recording.samples(activity) == (isCombination ? 3 : 30 + 31 + 32), "\(activity)")
                #expect(recording.calls(activity) == (isCombination ? 3 : 3 * plan.shards), "\(activity)")
            }
            #expect(activities.body.count { activities.stage($0) == "combination" } == 3)
            #expect(recording.calls(activities.clearing) == 3 * plan.shards)
        }
    }

    @Test func whatRunsBesideTheBodyIsNoted() throws {
        var session = try Session(try RuntimePlans.inference(), threads: 2)
        session.startRecording()
        var done = [Int32](repeating: 0, count: 5)
        let input = RuntimePlans.numbers(3 * 144)
        var output = [Float](repeating: 0, count: 30)
        try input.withUnsafeBytes { source in
            try output.withUnsafeMutableBytes { answers in
                try done.withUnsafeMutableBytes { marks in
                    session.bindInput(0, to: source.baseAddress!)
                    session.bindOutput(0, to: answers.baseAddress!)
                    let companion = Companion(items: 5, samples: 14, context: marks.baseAddress) { context, item, _ in
                        context!.assumingMemoryBound(to: Int32.self)[item] += 1
                    }
                    try session.run(batch: 3, beside: companion)
                    session.share(companion)
                }
            }
        }
        #expect(done == [2, 2, 2, 2, 2])
        let seen = session.recording()
        let recording = try #require(seen)
        #expect(recording.calls(recording.activities.preparation) == 5)
        #expect(recording.samples(recording.activities.preparation) == 14)
    }

    @Test func runsThatTakeTooLongAreDropped() throws {
        var session = try Session(try RuntimePlans.inference())
        // With nothing to be compared with, the first run is kept.
        session.startRecording(tolerance: 0)
        let input = RuntimePlans.numbers(144)
        var output = [Float](repeating: 0, count: 10)
        var span = output.mutableSpan
        for _ in 0..<10 { try session.run(input.span, into: &span) }
        let seen = session.recording()
        let recording = try #require(seen)
        #expect(recording.runs == 1 && recording.droppedRuns == 9)
        #expect(recording.calls(0) == 1)
    }

    /// Where no run is like the shortest any more, those that are dropped raise what the next ones are compared with.
    @Test func notAllRunsAreDropped() throws {
        var session = try Session(try RuntimePlans.inference())
        session.startRecording(tolerance: 0.5)
        let input = RuntimePlans.numbers(144)
        var output = [Float](repeating: 0, count: 10)
        var span = output.mutableSpan
        for _ in 0..<3000 { try session.run(input.span, into: &span) }
        let seen = session.recording()
        let recording = try #require(seen)
        #expect(recording.runs >= 2 && recording.droppedRuns > recording.runs)
    }
}
