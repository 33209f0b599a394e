import ApusPlan
import CPlatform

/// Where the time of a session's runs goes: for each thread and each activity how often, on how many samples and how long,
/// and for as many of them as there is room when.
///
/// Everything is allocated when the recorder is made; noting takes two readings of the processor's counter and a few stores.
@safe
struct Recorder: ~Copyable {
    private typealias Cell = Recording.Cell

    /// One call.
    fileprivate struct Event {
        var activity: Int32
        var samples: Int32
        var begin: UInt64
        var end: UInt64
    }

    /// The events of a thread.
    fileprivate struct EventCount {
        var used = 0
        /// Of the runs that are kept.
        var kept = 0
        var room: Int
    }

    /// What one thread writes to.
    @safe
    struct Track {
        fileprivate let cells: UnsafeMutablePointer<Recording.Cell>
        fileprivate let events: UnsafeMutablePointer<Event>
        fileprivate let counts: UnsafeMutablePointer<EventCount>

        /// - Parameter isCounted: whether it is a call, and not a further part of one.
        @inline(__always)
        func note(_ activity: Int, from begin: UInt64, to end: UInt64, samples: Int, isCounted: Bool = true) {
            unsafe cells[activity].ticks &+= end &- begin
            unsafe cells[activity].calls &+= isCounted ? 1 : 0
            unsafe cells[activity].samples &+= isCounted ? samples : 0
            let used = unsafe counts.pointee.used
            if unsafe used == counts.pointee.room { return }
            unsafe events[used] = Event(
                activity: Int32(truncatingIfNeeded: activity), samples: Int32(truncatingIfNeeded: samples),
                begin: begin, end: end)
            unsafe counts.pointee.used = used &+ 1
        }
    }

    private let activities: Activities
    private let clock = TickClock()
    /// What each worker writes to.
    let tracks: UnsafeMutablePointer<Track>
    private let workers: Int
    private let cellStride: Int
    private let eventRoom: Int
    /// A run is kept if it takes no longer than this times the shortest before it; nil keeps all.
    private let tolerance: Double?
    /// Of the run that is recorded now.
    private let cells: UnsafeMutablePointer<Cell>
    /// Of all runs that were kept.
    private let sums: UnsafeMutablePointer<Cell>
    private let events: UnsafeMutablePointer<Event>
    private let counts: UnsafeMutablePointer<EventCount>
    /// The counter when the recorder was made, which the events' times are counted from.
    private let start: UInt64
    private var runTicks: UInt64 = 0
    private var runs = 0
    private var droppedRuns = 0
    private var minimumTicks = UInt64.max
    /// What a run is compared with: the minimum, and more where run after run was dropped.
    private var bar = Double.infinity

    /// Threads write to different pairs of cache lines.
    private static let spacing = 128
    private static let countStride = spacing / MemoryLayout<EventCount>.alignment

    /// - Parameters:
    ///   - eventRoom: for how many events of each thread there is room; later ones are only added up.
    ///   - tolerance: where other work on the machine is to be left out: a run is kept if it takes no longer than this times
    ///     the shortest before it. Each run that is dropped raises that by a hundredth, until one is kept: on a machine that never rests
    ///     again, no run is like the shortest.
    init(_ plan: Plan, threads: Int, eventRoom: Int, tolerance: Double?) {
        self.tolerance = tolerance
        activities = Activities(plan)
        workers = threads
        self.eventRoom = eventRoom
        let perWorker = activities.count * MemoryLayout<Cell>.stride
        cellStride = perWorker.roundedUp(to: 3 * Self.spacing) / MemoryLayout<Cell>.stride
        unsafe cells = .allocate(capacity: cellStride * workers)
        unsafe cells.initialize(repeating: Cell(), count: cellStride * workers)
        unsafe sums = .allocate(capacity: cellStride * workers)
        unsafe sums.initialize(repeating: Cell(), count: cellStride * workers)
        unsafe events = .allocate(capacity: max(1, eventRoom * workers))
        // Touched here, so that no page is made during a run.
        unsafe events.initialize(
            repeating: Event(activity: 0, samples: 0, begin: 0, end: 0), count: max(1, eventRoom * workers))
        unsafe counts = .allocate(capacity: Self.countStride * workers)
        unsafe counts.initialize(repeating: EventCount(room: eventRoom), count: Self.countStride * workers)
        unsafe tracks = .allocate(capacity: workers)
        for worker in 0..<workers {
            unsafe (tracks + worker).initialize(
                to: Track(
                    cells: cells + worker * cellStride, events: events + worker * eventRoom,
                    counts: counts + worker * Self.countStride))
        }
        start = apus_ticks()
    }

    deinit {
        unsafe tracks.deallocate()
        unsafe cells.deallocate()
        unsafe sums.deallocate()
        unsafe events.deallocate()
        unsafe counts.deallocate()
    }

    /// Takes a run that took so long into the sums, or drops it.
    mutating func noteRun(from begin: UInt64, to end: UInt64) {
        let ticks = end &- begin
        let isKept = tolerance.map { bar == .infinity || Double(ticks) <= $0 * bar } ?? true
        minimumTicks = min(minimumTicks, ticks)
        bar = isKept ? Double(minimumTicks) : bar * 1.01
        for index in 0..<cellStride * workers where unsafe cells[index].ticks > 0 || cells[index].calls > 0 {
            if isKept {
                unsafe sums[index].ticks &+= cells[index].ticks
                unsafe sums[index].calls += cells[index].calls
                unsafe sums[index].samples += cells[index].samples
            }
            unsafe cells[index] = Cell()
        }
        for worker in 0..<workers {
            let count = unsafe counts + worker * Self.countStride
            if isKept {
                unsafe count.pointee.kept = count.pointee.used
            } else {
                unsafe count.pointee.used = count.pointee.kept
            }
        }
        if isKept {
            runTicks &+= ticks
            runs += 1
        } else {
            droppedRuns += 1
        }
    }

    /// Forgets what was recorded, a warm-up, but for the time of the shortest run.
    mutating func clear() {
        unsafe sums.update(repeating: Cell(), count: cellStride * workers)
        unsafe counts.update(repeating: EventCount(room: eventRoom), count: Self.countStride * workers)
        runTicks = 0
        runs = 0
        droppedRuns = 0
    }

    /// What was recorded up to now.
    func recording() -> Recording {
        let tick = clock.secondsPerTick()
        let threads = (0..<workers).map { worker in
            Recording.Thread(
                cells: (0..<activities.count).map { unsafe sums[worker * cellStride + $0] },
                events: unsafe (0..<counts[worker * Self.countStride].used).map { index in
                    let event = unsafe events[worker * eventRoom + index]
                    return Recording.Event(
                        activity: Int(event.activity), samples: Int(event.samples),
                        start: Double(event.begin &- start) * tick,
                        duration: Double(event.end &- event.begin) * tick)
                })
        }
        return Recording(
            activities: activities, threads: threads, runs: runs, droppedRuns: droppedRuns,
            seconds: Double(runTicks) * tick,
            secondsPerTick: tick, clockTicks: clock.cost)
    }
}
