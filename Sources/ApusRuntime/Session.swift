package import ApusInstructions
public import ApusPlan
import CPlatform
import Glibc

/// A plan with its arenas, ready to run.
///
/// Everything is allocated when the session is made: a run allocates nothing, takes no lock and decides nothing but how
/// many micro-batches there are. A session belongs to one caller at a time; a program that answers from several threads
/// makes one session for each.
@safe
public struct Session: ~Copyable {
    /// What is run. It holds the constants, which the sessions of a plan have in common.
    public let plan: Plan
    private let core: UnsafeMutablePointer<SessionCore>
    private let state: MemoryArena
    private let activations: MemoryArena
    private let reductions: MemoryArena
    /// A copy of the plan's constants, where its ends are guarded.
    private let guardedConstants: MemoryArena?
    private let pool: WorkerPool
    /// Elements of a sample and of its answer, where the plan has one input and one output, of f32.
    private let single: (sample: Int, answer: Int)?
    /// The largest batch that ``run(batch:arguments:beside:)`` takes.
    package let maximumBatch: Int
    /// Whether the constants lie in a file that others may cut short.
    private let readsFile: Bool
    /// Set while runs are recorded.
    private var recorder: Recorder?
    /// What is done with other processes that share the run; nil where there are none.
    let ranks: SessionRanks?

    /// Makes the arenas of a plan and the threads that share a batch.
    ///
    /// - Parameters:
    ///   - threads: how many threads work on a batch, the caller's among them. The result doesn't depend on it.
    ///   - placement: whether each thread has a processor of its own.
    /// - Throws: ``SessionError`` where the plan is for another processor, or memory or threads can't be had.
    public init(_ plan: Plan, threads: Int = 1, placement: ThreadPlacement = .free) throws(SessionError) {
        try self.init(plan, threads: threads, placement: placement, guarding: .none)
    }

    /// The same with arenas, the constants among them, whose ends are guarded: a kernel that leaves one ends the process.
    ///
    /// - Parameter ranks: others that share each batch of a training step with this process, all of them by sessions of the same plan.
    ///   A run is then over when it is with all.
    package init(
        _ plan: Plan, threads: Int, placement: ThreadPlacement = .free, guarding: MemoryArena.Guard = .none,
        ranks exchange: (any RankExchange)? = nil
    ) throws(SessionError) {
        let threads = Swift.max(1, threads)
        let sizes = ArenaSizes(plan, threads: threads)
        try sizes.check()
        let state = try MemoryArena(blocks: 1, of: sizes.state, guarding: guarding)
        let activations = try MemoryArena(
            blocks: plan.activationArenas(threads: threads), of: plan.activationBytes, guarding: guarding)
        let reductions = try MemoryArena(blocks: 1, of: sizes.reductions, guarding: guarding)
        var constants = unsafe plan.constants.address
        var guardedConstants: MemoryArena?
        if guarding != .none {
            let copy = try MemoryArena(plan.constants, guarding: guarding)
            unsafe constants = unsafe UnsafeRawPointer(copy.start)
            guardedConstants = consume copy
        }
        let pool = try WorkerPool(threads: threads, placement: placement)
        let activities = Activities(plan)
        let lanes = plan.target.lanes
        var ranks: SessionRanks?
        if let exchange {
            ranks = try unsafe SessionRanks(
                plan, threads: threads, exchange, state: state.start, reductions: reductions.start)
        }
        let shared = unsafe SessionCore(
            prologue: try Program(
                Schedule(plan.prologue, threads: threads, lanes: lanes), activity: activities.prologue.lowerBound,
                plan: plan),
            body: try Program(Schedule(bodyOf: plan), activity: activities.body.lowerBound, plan: plan),
            shares: try Program(
                Schedule(sharing: plan, threads: threads), activity: activities.body.lowerBound, plan: plan,
                sharesSamples: true),
            epilogue: try Program(
                ranks?.epilogue ?? Schedule(plan.epilogue, threads: threads, lanes: lanes),
                activity: activities.epilogue.lowerBound, plan: plan),
            plan: plan, workers: threads, activations: activations.start, activationStride: activations.stride,
            reductions: reductions.start, reductionStride: sizes.reductionStride, ranks: ranks)
        let core = UnsafeMutablePointer<SessionCore>.allocate(capacity: 1)
        unsafe core.initialize(to: shared)
        for worker in 0..<threads {
            let slots = unsafe core.pointee.slots(of: worker)
            unsafe slots[Int(Arena.constants.rawValue)] = UInt(bitPattern: constants)
            unsafe slots[Int(Arena.state.rawValue)] = unsafe UInt(bitPattern: state.start)
            let arena = plan.combinations.isEmpty ? worker : 0
            unsafe slots[Int(Arena.activations.rawValue)] = unsafe UInt(
                bitPattern: activations.start + arena * activations.stride)
            unsafe slots[Int(Arena.reductions.rawValue)] = unsafe UInt(bitPattern: reductions.start)
            unsafe slots[Program.sharedActivations(plan)] = unsafe UInt(bitPattern: activations.start)
        }
        self.plan = plan
        single =
            if let input = plan.inputs.first, let output = plan.outputs.first, (plan.inputs + plan.outputs).count == 2,
                input.elementType == .f32, output.elementType == .f32, input.isShared == output.isShared
            { (input.sampleElements, output.sampleElements) } else { nil }
        readsFile = plan.constants.isMapped
        maximumBatch = plan.maximumBatch
        unsafe self.core = unsafe core
        self.state = state
        self.activations = activations
        self.reductions = reductions
        self.guardedConstants = consume guardedConstants
        self.pool = pool
        self.ranks = ranks
        recorder = nil
    }

    deinit {
        unsafe core.deinitialize(count: 1)
        unsafe core.deallocate()
    }

    /// Threads that work on a batch.
    public var threads: Int { pool.width }

    /// Says where the samples of an input are. They are read during the runs that follow, until the next call.
    package mutating func bindInput(_ port: Int, to address: UnsafeRawPointer) {
        unsafe core.pointee.ports[port] = UInt(bitPattern: address)
    }

    /// Says where the samples of an output are written.
    package mutating func bindOutput(_ port: Int, to address: UnsafeMutableRawPointer) {
        unsafe core.pointee.ports[plan.inputs.count + port] = UInt(bitPattern: address)
    }

    /// Runs the prologue, where there is one, the body over `batch` samples, and the epilogue, on the memory that is bound.
    ///
    /// A plan that sums nothing over samples takes any batch; others those up to their bound. Where the plan's file was cut short
    /// and the program asked for an error (`Plan.catchShortenedFiles()`), the run is done to its end, and then gives it.
    ///
    /// - Parameters:
    ///   - arguments: what changes from run to run; the batch's fields are filled in here.
    ///   - companion: other work to be done before this returns, by threads that have nothing else to do.
    package mutating func run(
        batch: Int, arguments: RunArguments = RunArguments(), beside companion: Companion = Companion()
    ) throws(SessionError) {
        guard batch >= 1, batch <= maximumBatch else {
            throw SessionError.batchOutOfRange(batch: batch, bound: maximumBatch)
        }
        if recorder != nil {
            try runRecorded(batch: batch, arguments: arguments, companion)
        } else {
            unsafe core.pointee.begin(batch: batch, arguments: arguments, companion)
            runOnce(.prologue)
            if let ranks {
                try runShare(ranks, isRecorded: false)
            } else {
                runBody()
                runOnce(.epilogue)
            }
        }
        if readsFile, let path = plan.constants.fileCutShort { throw SessionError.fileCutShort(path: path) }
    }

    /// As ``run(batch:arguments:beside:)``, with the clock at hand.
    private mutating func runRecorded(
        batch: Int, arguments: RunArguments, _ companion: Companion
    ) throws(SessionError) {
        let start = apus_ticks()
        unsafe core.pointee.begin(batch: batch, arguments: arguments, companion)
        runOnce(.prologue, isRecorded: true)
        if let ranks {
            try runShare(ranks, isRecorded: true)
        } else {
            runBody(isRecorded: true)
            runOnce(.epilogue, isRecorded: true)
        }
        recorder?.noteRun(from: start, to: apus_ticks())
    }

    /// Records the runs that follow: where their time goes, which costs two readings of the processor's counter for each
    /// call of a kernel. While nothing is recorded, it costs one comparison a run.
    ///
    /// - Parameters:
    ///   - eventRoom: for how many calls of each thread the moment is kept too, from the first on.
    ///   - tolerance: where other work on the machine is to be left out: a run is kept if it takes no longer than this times
    ///     the shortest before it.
    package mutating func startRecording(eventRoom: Int = 0, tolerance: Double? = nil) {
        let recorder = Recorder(plan, threads: threads, eventRoom: eventRoom, tolerance: tolerance)
        unsafe core.pointee.tracks = unsafe recorder.tracks
        self.recorder = consume recorder
    }

    /// Forgets what was recorded up to now, but for the time of the shortest run.
    package mutating func restartRecording() { recorder?.clear() }

    /// What was recorded, or nil where nothing was to be.
    package func recording() -> Recording? {
        switch recorder {
        case .none: nil
        case .some(let recorder): recorder.recording()
        }
    }

    /// Runs the body: over all parts of the batch up to a combination, then that, and so on; and over each sample that all threads
    /// answer together.
    @inline(__always)
    private func runBody(isRecorded: Bool = false) {
        runParts(isRecorded: isRecorded)
        for sample in unsafe core.pointee.sharedSamples {
            let begin = apus_ticks()
            unsafe core.pointee.beginSharing(sample: sample)
            runOnce(unsafe core.pointee.sharing.isShared ? .sharing : .alone, isRecorded: isRecorded)
            unsafe core.pointee.sharing.note(ticks: apus_ticks() &- begin)
        }
    }

    @inline(__always)
    private func runParts(isRecorded: Bool) {
        for wave in 0..<bodyWaves where !runSamples(wave: wave, isRecorded: isRecorded) {
            runOnce(.body, wave: wave, isRecorded: isRecorded)
        }
    }

    /// Waves of the body: what all parts of the batch go through, and combinations.
    var bodyWaves: Int { unsafe core.pointee.waves(of: .body) }

    /// Runs a wave of the body over all parts of the batch; false where it is a combination, which is then begun.
    @inline(__always)
    func runSamples(wave: Int, isRecorded: Bool) -> Bool {
        guard let items = unsafe core.pointee.beginSamples(wave: wave) else { return false }
        if isRecorded {
            unsafe pool.run(items: items, context: core, keepsOwners: true) { context, item, worker in
                guard let core = unsafe context?.assumingMemoryBound(to: SessionCore.self) else { return }
                unsafe core.pointee.runItem(item, worker: worker, isRecorded: true)
            }
        } else {
            unsafe pool.run(items: items, context: core, keepsOwners: true) { context, item, worker in
                guard let core = unsafe context?.assumingMemoryBound(to: SessionCore.self) else { return }
                unsafe core.pointee.runItem(item, worker: worker, isRecorded: false)
            }
        }
        return true
    }

    /// Runs what is run once a call, wave by wave.
    @inline(__always)
    private func runOnce(_ phase: SessionCore.Phase, isRecorded: Bool = false) {
        let waves = unsafe core.pointee.waves(of: phase)
        for wave in 0..<waves { runOnce(phase, wave: wave, isRecorded: isRecorded) }
    }

    @inline(__always)
    func runOnce(_ phase: SessionCore.Phase, wave: Int, isRecorded: Bool = false) {
        guard let items = unsafe core.pointee.begin(phase, wave: wave) else {
            let control = apus_flush_denormals()
            defer { apus_restore_float_control(control) }
            unsafe core.pointee.runOnce(nil, worker: 0, isRecorded: isRecorded)
            return
        }
        if isRecorded {
            unsafe pool.run(items: items, context: core, keepsOwners: phase == .sharing) { context, item, worker in
                guard let core = unsafe context?.assumingMemoryBound(to: SessionCore.self) else { return }
                unsafe core.pointee.runOnce(item, worker: worker, isRecorded: true)
            }
        } else {
            unsafe pool.run(items: items, context: core, keepsOwners: phase == .sharing) { context, item, worker in
                guard let core = unsafe context?.assumingMemoryBound(to: SessionCore.self) else { return }
                unsafe core.pointee.runOnce(item, worker: worker, isRecorded: false)
            }
        }
    }

    /// Answers a batch of any size, of a plan that has one input and one output, both f32.
    ///
    /// - Parameters:
    ///   - input: samples one after the other, each row-major.
    ///   - output: room for the answers, as many as there are samples.
    /// - Throws: ``SessionError`` where the spans don't hold the same whole number of samples.
    public mutating func run(_ input: Span<Float>, into output: inout MutableSpan<Float>) throws(SessionError) {
        guard let (sample, answer) = single else {
            throw SessionError.severalPorts(
                inputs: plan.inputs.map(\.description), outputs: plan.outputs.map(\.description))
        }
        let batch = input.count / Swift.max(sample, 1)
        guard input.count == batch * sample else {
            throw SessionError.wrongElementCount(
                port: plan.inputs[0].name, expected: (batch + 1) * sample, given: input.count)
        }
        // Cut off where a plan has an output that nobody can have memory for.
        let expected = product(batch, answer)
        guard output.count == expected else {
            throw SessionError.wrongElementCount(port: plan.outputs[0].name, expected: expected, given: output.count)
        }
        unsafe input.withUnsafeBytes { bytes in
            unsafe core.pointee.ports[0] = UInt(bitPattern: bytes.baseAddress)
        }
        unsafe output.withUnsafeMutableBytes { bytes in
            unsafe core.pointee.ports[1] = UInt(bitPattern: bytes.baseAddress)
        }
        try run(batch: batch)
    }

    /// Has the session's threads do other work, between its runs.
    package func share(_ companion: Companion) {
        guard let work = unsafe companion.work else { return }
        unsafe pool.run(items: companion.items, context: companion.context, work: work)
    }

    /// The bytes of a slice of the state arena.
    package func withState<Result>(_ slice: StateSlice, _ body: (UnsafeMutableBufferPointer<Float>) -> Result) -> Result
    {
        let start = unsafe (state.start + slice.offset).assumingMemoryBound(to: Float.self)
        return unsafe body(UnsafeMutableBufferPointer(start: start, count: slice.elements))
    }

    /// A copy of a slice of the state arena.
    package func read(_ slice: StateSlice) -> [Float] { unsafe withState(slice) { unsafe Array($0) } }

    /// Overwrites a slice of the state arena.
    package mutating func write(_ elements: [Float], to slice: StateSlice) throws(SessionError) {
        guard elements.count == slice.elements else {
            throw SessionError.wrongElementCount(port: slice.name, expected: slice.elements, given: elements.count)
        }
        unsafe withState(slice) { target in
            for index in elements.indices { unsafe target[index] = elements[index] }
        }
    }
}

/// It has one owner, and all that it points to is its own: it may go to another thread, between its runs.
extension Session: @unchecked Sendable {}
