package import ApusPlan

/// The numbers of what a thread does: the instructions of the plan's three stages one after the other, and what is done
/// beside them.
package struct Activities: Sendable, Equatable {
    package let prologue: Range<Int>
    package let body: Range<Int>
    package let epilogue: Range<Int>
    /// Those of the body that are run once.
    private let combinations: [Range<Int>]

    package init(_ plan: Plan) {
        prologue = 0..<plan.prologue.count
        body = prologue.upperBound..<prologue.upperBound + plan.body.count
        epilogue = body.upperBound..<body.upperBound + plan.epilogue.count
        let first = body.lowerBound
        combinations = plan.combinations.map { first + $0.lowerBound..<first + $0.upperBound }
    }

    /// When an instruction is run: `prologue`, `body`, `combination` or `epilogue`.
    package func stage(_ instruction: Int) -> String {
        if prologue.contains(instruction) { return "prologue" }
        if epilogue.contains(instruction) { return "epilogue" }
        return combinations.contains { $0.contains(instruction) } ? "combination" : "body"
    }

    package var instructions: Int { epilogue.upperBound }
    /// A shard's sums are set to zero.
    package var clearing: Int { instructions }
    /// Samples of the next run are prepared.
    package var preparation: Int { instructions + 1 }
    package var count: Int { instructions + 2 }
}

/// What the threads of a session did in the runs that were recorded, and for how long.
package struct Recording: Sendable {
    /// An activity of one thread, added up.
    package struct Cell: Sendable, Equatable {
        package var ticks: UInt64 = 0
        /// The parts of a call that threads share are one.
        package var calls = 0
        /// Samples in all calls. Of what is done once a run: the calls.
        package var samples = 0

        package init() {}
    }

    package struct Event: Sendable {
        package var activity: Int
        package var samples: Int
        /// Seconds since the recording began.
        package var start: Double
        package var duration: Double

        package init(activity: Int, samples: Int, start: Double, duration: Double) {
            self.activity = activity
            self.samples = samples
            self.start = start
            self.duration = duration
        }
    }

    package struct Thread: Sendable {
        /// For each activity what the thread spent on it.
        package var cells: [Cell]
        package var events: [Event]

        package init(cells: [Cell], events: [Event]) {
            self.cells = cells
            self.events = events
        }
    }

    package var activities: Activities
    /// The caller's thread is the first.
    package var threads: [Thread]
    package var runs: Int
    /// Runs that took too long and are in none of the numbers.
    package var droppedRuns: Int
    /// From the beginning to the end of each run, added up.
    package var seconds: Double
    package var secondsPerTick: Double
    /// What reading the clock adds to each call, in ticks.
    package var clockTicks: UInt64

    package init(
        activities: Activities, threads: [Thread], runs: Int, droppedRuns: Int, seconds: Double,
        secondsPerTick: Double, clockTicks: UInt64
    ) {
        self.activities = activities
        self.threads = threads
        self.runs = runs
        self.droppedRuns = droppedRuns
        self.seconds = seconds
        self.secondsPerTick = secondsPerTick
        self.clockTicks = clockTicks
    }

    /// Seconds that all threads spent on an activity, without what reading the clock took.
    package func seconds(_ activity: Int) -> Double {
        threads.indices.reduce(0) { $0 + seconds(activity, thread: $1) }
    }

    /// Seconds that one thread spent on an activity, likewise.
    package func seconds(_ activity: Int, thread: Int) -> Double {
        let cell = threads[thread].cells[activity]
        return Double(cell.ticks - min(cell.ticks, UInt64(cell.calls) * clockTicks)) * secondsPerTick
    }

    package func calls(_ activity: Int) -> Int { threads.reduce(0) { $0 + $1.cells[activity].calls } }
    package func samples(_ activity: Int) -> Int { threads.reduce(0) { $0 + $1.cells[activity].samples } }
}
