import ApusInstructions
import ApusPlan
import CPlatform

/// What the threads of a session share. Its place in memory doesn't change.
@safe
struct SessionCore: ~Copyable {
    enum Phase {
        case prologue, body, epilogue
        /// The body for one sample: by all threads, and by one of them.
        case sharing, alone
    }

    private let prologue: Program
    private let body: Program
    /// The body as threads share it for one sample; empty where they don't.
    private let shares: Program
    private let epilogue: Program
    private let activities: Activities

    private let microBatch: Int
    private let shards: Int
    /// The shards that are run here; others are for other ranks.
    private let ownShards: Range<Int>
    /// What goes to other ranks while the body goes on.
    private let releases: Releases?
    private let sumsOverSamples: Bool
    /// Whether shards wait for each other, so that each has an activation arena.
    private let hasCombinations: Bool
    /// Waves of the body that are run for samples.
    private let sampleWaves: Int
    private let workers: Int
    private let portCount: Int
    private let slotCount: Int
    private let slotBlock: UnsafeMutablePointer<UInt>
    private let scratchBlock: UnsafeMutablePointer<UnsafeMutableRawPointer?>
    private let argumentBlock: UnsafeMutablePointer<RunArguments>
    private let reductions: UnsafeMutableRawPointer
    private let reductionStride: Int
    private let activations: UnsafeMutableRawPointer
    private let activationStride: Int

    /// The address of the first sample of each input, then of each output, as bits.
    let ports: UnsafeMutablePointer<UInt>
    /// Bytes from a sample to the next of each port; 0 where samples have it in common.
    private let sampleStrides: UnsafeMutablePointer<Int>
    private let hasSharedPorts: Bool
    private let sharesSamples: Bool
    private var batch = 0
    /// Whether samples that may be shared are.
    var sharing = SharingChoice()
    /// Samples of the batch that are dealt out; each of those behind them is shared by all threads.
    private var dealt = 0
    /// Where the batch's first sample is among those of the step.
    private var firstSample: UInt32 = 0
    /// Pieces of work of the body: shards, or parts of the batch where nothing is summed over samples.
    private(set) var items = 0
    /// Parts of the batch, and which of them is the first piece.
    private var parts = 0
    private var firstPart = 0
    /// What is done beside the body.
    private var companion = Companion()
    /// Which calls are run now.
    private var phase = Phase.prologue
    private var wave = Program.Wave(
        first: 0, count: 0, calls: 0..<0, isShared: false, isForSamples: false)
    /// Waves of the body that were begun for samples in this run.
    private var begunWaves = 0
    /// The pieces of the companion that are done beside this wave.
    private var companionPieces = 0..<0
    /// Where each worker notes its times, where runs are recorded.
    var tracks: UnsafeMutablePointer<Recorder.Track>?

    /// Pieces of a batch for each thread, at most: enough for one that is interrupted not to keep the others waiting long.
    private static let piecesPerWorker = 32

    init(
        prologue: consuming Program, body: consuming Program, shares: consuming Program,
        epilogue: consuming Program, plan: Plan, workers: Int,
        activations: UnsafeMutableRawPointer, activationStride: Int, reductions: UnsafeMutableRawPointer,
        reductionStride: Int, ranks: SessionRanks? = nil
    ) {
        self.prologue = prologue
        self.body = body
        sharesSamples = unsafe shares.waves.count > 0
        self.shares = shares
        self.epilogue = epilogue
        activities = Activities(plan)
        self.workers = workers
        microBatch = plan.microBatch
        shards = plan.shards
        ownShards = ranks?.shards ?? 0..<plan.shards
        releases = ranks?.releases
        sumsOverSamples = plan.reductionBytes > 0
        hasCombinations = !plan.combinations.isEmpty
        sampleWaves = plan.bodyParts.count { !$0.isCombination }
        portCount = plan.inputs.count + plan.outputs.count
        hasSharedPorts = (plan.inputs + plan.outputs).contains(where: \.isShared)
        slotCount = Program.slotCount(plan)
        unsafe slotBlock = .allocate(capacity: slotCount * workers)
        unsafe slotBlock.initialize(repeating: 0, count: slotCount * workers)
        unsafe scratchBlock = .allocate(capacity: InstructionCatalogue.operandLimit * workers)
        unsafe scratchBlock.initialize(repeating: nil, count: InstructionCatalogue.operandLimit * workers)
        unsafe argumentBlock = .allocate(capacity: workers)
        unsafe argumentBlock.initialize(repeating: RunArguments(), count: workers)
        unsafe self.activations = unsafe activations
        self.activationStride = activationStride
        unsafe self.reductions = unsafe reductions
        self.reductionStride = reductionStride
        unsafe ports = .allocate(capacity: portCount + 1)
        unsafe ports.initialize(repeating: 0, count: portCount + 1)
        unsafe sampleStrides = .allocate(capacity: portCount + 1)
        for (index, port) in (plan.inputs + plan.outputs).enumerated() {
            unsafe (sampleStrides + index).initialize(to: port.sampleStride)
        }
        for worker in 0..<workers {
            unsafe slots(of: worker)[Int(Arena.arguments.rawValue)] = unsafe UInt(bitPattern: argumentBlock + worker)
        }
    }

    deinit {
        unsafe slotBlock.deallocate()
        unsafe scratchBlock.deallocate()
        unsafe argumentBlock.deallocate()
        unsafe ports.deallocate()
        unsafe sampleStrides.deallocate()
    }

    /// The addresses that worker's operands are resolved with.
    func slots(of worker: Int) -> UnsafeMutablePointer<UInt> { unsafe slotBlock + worker * slotCount }

    private func scratch(of worker: Int) -> UnsafeMutablePointer<UnsafeMutableRawPointer?> {
        unsafe scratchBlock + worker * InstructionCatalogue.operandLimit
    }

    mutating func begin(batch: Int, arguments: RunArguments, _ companion: Companion) {
        self.batch = batch
        firstSample = arguments.firstSample
        self.companion = companion
        dealt = batch - sharedSamples(of: batch)
        if sumsOverSamples || hasCombinations {
            (items, parts, firstPart) = (ownShards.count, shards, ownShards.lowerBound)
        } else {
            items = dealt == 0 ? 0 : parts(of: dealt)
            (parts, firstPart) = (items, 0)
        }
        begunWaves = 0
        for worker in 0..<workers {
            unsafe argumentBlock[worker] = arguments
            unsafe argumentBlock[worker].inverseBatch = 1 / Float(batch)
            if !hasSharedPorts { continue }
            // What is run once may touch them too.
            for port in 0..<portCount { unsafe slots(of: worker)[Program.fixedSlots + port] = unsafe ports[port] }
        }
    }

    /// Parts of a batch: for each thread as many as for the others, a micro-batch each where that aren't too many.
    private func parts(of batch: Int) -> Int {
        if workers == 1 { return 1 }
        let microBatches = (batch + microBatch - 1) / microBatch
        return min(batch, microBatches.roundedUp(to: workers), Self.piecesPerWorker * workers)
    }

    /// Samples of a batch that don't come out even: the last of a small batch, which would keep one thread longer than the others.
    private func sharedSamples(of batch: Int) -> Int {
        guard sharesSamples, batch < Self.evenRounds * workers else { return 0 }
        return batch % workers
    }

    /// Rounds of a batch, a sample for each thread, from which on it doesn't matter that the last is not full.
    private static let evenRounds = 16

    // MARK: Samples that are shared

    /// Samples of the batch that all threads answer together.
    var sharedSamples: Range<Int> { dealt..<batch }

    /// Has all workers see the memory of one sample.
    mutating func beginSharing(sample: Int) {
        for worker in 0..<workers {
            for port in 0..<portCount {
                unsafe slots(of: worker)[Program.fixedSlots + port] =
                    unsafe ports[port]
                    &+ UInt(sample * sampleStrides[port])
            }
            unsafe argumentBlock[worker].firstSample = firstSample &+ UInt32(sample)
        }
    }

    // MARK: Waves

    func waves(of phase: Phase) -> Int {
        switch phase {
        case .prologue: unsafe prologue.waves.count
        case .body, .alone: unsafe body.waves.count
        case .sharing: unsafe shares.waves.count
        case .epilogue: unsafe epilogue.waves.count
        }
    }

    /// Chooses a wave; returns the pieces that threads share, or nil where one thread does better by itself.
    mutating func begin(_ phase: Phase, wave number: Int) -> Int? {
        self.phase = phase
        switch phase {
        case .prologue: unsafe wave = prologue.waves[number]
        case .body, .alone: unsafe wave = body.waves[number]
        case .sharing: unsafe wave = shares.waves[number]
        case .epilogue: unsafe wave = epilogue.waves[number]
        }
        return wave.isShared ? wave.count : nil
    }

    /// Chooses a wave of the body. For one that samples go through, returns the pieces: parts of the batch, and behind them the
    /// wave's share of what is done beside the body. Nil for a wave of a combination: it is begun as what is run once.
    mutating func beginSamples(wave number: Int) -> Int? {
        phase = .body
        unsafe wave = body.waves[number]
        guard wave.isForSamples else { return nil }
        companionPieces =
            companion.items * begunWaves / sampleWaves..<companion.items * (begunWaves + 1) / sampleWaves
        begunWaves += 1
        return items + companionPieces.count
    }

    // MARK: What is run once

    /// Runs one call of the wave, or all of them.
    @inline(__always)
    func runOnce(_ item: Int?, worker: Int, isRecorded: Bool) {
        let slots = unsafe slots(of: worker)
        let scratch = unsafe scratch(of: worker)
        unsafe slots[Int(Arena.reductions.rawValue)] = unsafe UInt(bitPattern: reductions)
        let range = item.map { calls(ofPiece: wave.first + $0) } ?? wave.calls
        if isRecorded {
            guard let track = unsafe tracks?[worker] else { return }
            switch phase {
            case .prologue: unsafe prologue.runRecorded(range, slots: slots, scratch: scratch, samples: 1, track: track)
            case .body, .alone: unsafe body.runRecorded(range, slots: slots, scratch: scratch, samples: 1, track: track)
            case .sharing: unsafe shares.runRecorded(range, slots: slots, scratch: scratch, samples: 1, track: track)
            case .epilogue: unsafe epilogue.runRecorded(range, slots: slots, scratch: scratch, samples: 1, track: track)
            }
        } else {
            switch phase {
            case .prologue: unsafe prologue.run(range, slots: slots, scratch: scratch, samples: 1)
            case .body, .alone: unsafe body.run(range, slots: slots, scratch: scratch, samples: 1)
            case .sharing: unsafe shares.run(range, slots: slots, scratch: scratch, samples: 1)
            case .epilogue: unsafe epilogue.run(range, slots: slots, scratch: scratch, samples: 1)
            }
        }
    }

    /// The calls of a piece of the phase.
    @inline(__always)
    private func calls(ofPiece piece: Int) -> Range<Int> {
        switch phase {
        case .prologue: prologue.calls(ofPiece: piece)
        case .body, .alone: body.calls(ofPiece: piece)
        case .sharing: shares.calls(ofPiece: piece)
        case .epilogue: epilogue.calls(ofPiece: piece)
        }
    }

    // MARK: The body

    /// Runs a wave of the body over a piece of the batch, or a piece of what is done beside it.
    @inline(__always)
    func runItem(_ item: Int, worker: Int, isRecorded: Bool) {
        guard item < items else {
            runCompanion(companionPieces.lowerBound + item - items, worker: worker, isRecorded: isRecorded)
            return
        }
        let part = firstPart + item
        let first = dealt * part / parts
        let end = dealt * (part + 1) / parts
        let slots = unsafe slots(of: worker)
        if sumsOverSamples { placeSums(of: part, worker: worker, isRecorded: isRecorded) }
        if hasCombinations {
            unsafe slots[Int(Arena.activations.rawValue)] = UInt(bitPattern: activations + part * activationStride)
        }
        // Micro-batches of nearly the same size.
        let steps = (end - first + microBatch - 1) / microBatch
        if steps == 0 { releases?.note(wave.calls, worker: worker) }
        var sample = first
        for step in 0..<steps {
            for port in 0..<portCount {
                unsafe slots[Program.fixedSlots + port] = unsafe ports[port] &+ UInt(sample * sampleStrides[port])
            }
            unsafe argumentBlock[worker].firstSample = firstSample &+ UInt32(sample)
            let next = first + (end - first) * (step + 1) / steps
            if let releases, step == steps - 1 {
                runLast(releases, samples: next - sample, worker: worker, isRecorded: isRecorded)
            } else if isRecorded {
                guard let track = unsafe tracks?[worker] else { return }
                unsafe body.runRecorded(
                    wave.calls, slots: slots, scratch: scratch(of: worker), samples: next - sample, track: track)
            } else {
                unsafe body.run(wave.calls, slots: slots, scratch: scratch(of: worker), samples: next - sample)
            }
            sample = next
        }
    }

    /// Runs the wave over the last micro-batch of a shard, behind which its sums are what they will be.
    private func runLast(_ releases: Releases, samples: Int, worker: Int, isRecorded: Bool) {
        let (slots, scratch) = unsafe (slots(of: worker), scratch(of: worker))
        // The body's calls have the numbers of its instructions.
        var start = wave.calls.lowerBound
        for end in wave.calls.lowerBound + 1...max(wave.calls.lowerBound + 1, wave.calls.upperBound)
        where end == wave.calls.upperBound || releases.isStop(end, worker: worker) {
            if isRecorded, let track = unsafe tracks?[worker] {
                unsafe body.runRecorded(start..<end, slots: slots, scratch: scratch, samples: samples, track: track)
            } else {
                unsafe body.run(start..<end, slots: slots, scratch: scratch, samples: samples)
            }
            releases.note(start..<end, worker: worker)
            start = end
        }
    }

    /// Has a worker add to the sums of a shard, which are zero at first.
    @inline(__always)
    private func placeSums(of shard: Int, worker: Int, isRecorded: Bool) {
        let own = unsafe reductions + shard * reductionStride
        unsafe slots(of: worker)[Int(Arena.reductions.rawValue)] = UInt(bitPattern: own)
        if begunWaves > 1 { return }
        let begin = isRecorded ? apus_ticks() : 0
        unsafe own.initializeMemory(as: UInt8.self, repeating: 0, count: reductionStride)
        if isRecorded, let track = unsafe tracks?[worker] {
            track.note(activities.clearing, from: begin, to: apus_ticks(), samples: 0)
        }
    }

    @inline(__always)
    private func runCompanion(_ item: Int, worker: Int, isRecorded: Bool) {
        let begin = isRecorded ? apus_ticks() : 0
        if let work = unsafe companion.work { unsafe work(companion.context, item, worker) }
        if isRecorded, let track = unsafe tracks?[worker] {
            track.note(activities.preparation, from: begin, to: apus_ticks(), samples: companion.samples(of: item))
        }
    }
}

/// Numbered pieces of work that have nothing to do with a run, and are done beside its body by whoever has time: the next
/// samples are prepared, for example.
@safe
package struct Companion {
    package var items = 0
    /// Samples of all pieces.
    package var samples = 0
    package var context: UnsafeMutableRawPointer?
    package var work: WorkerPool.Work?

    package init() {
        unsafe context = nil
        unsafe work = nil
    }

    package init(items: Int, samples: Int, context: UnsafeMutableRawPointer?, work: @escaping WorkerPool.Work) {
        self.items = items
        self.samples = samples
        unsafe self.context = unsafe context
        unsafe self.work = unsafe work
    }

    /// Samples of a piece, where all have as many but for the last ones.
    func samples(of item: Int) -> Int {
        let each = (samples + items - 1) / max(items, 1)
        return max(0, min(each, samples - item * each))
    }
}
