import ApusInstructions
import ApusPlan
import CSystem

/// What the threads of a session share. Its place in memory doesn't change.
@safe
struct SessionCore: ~Copyable {
    enum Phase { case prologue, epilogue }

    private let prologue: Program
    private let body: Program
    private let epilogue: Program

    private let microBatch: Int
    private let shards: Int
    private let sumsOverSamples: Bool
    private let workers: Int
    private let portCount: Int
    private let slotCount: Int
    private let slotBlock: UnsafeMutablePointer<UInt>
    private let scratchBlock: UnsafeMutablePointer<UnsafeMutableRawPointer?>
    private let argumentBlock: UnsafeMutablePointer<RunArguments>
    private let reductions: UnsafeMutableRawPointer
    private let reductionStride: Int

    /// The address of the first sample of each input, then of each output, as bits.
    let ports: UnsafeMutablePointer<UInt>
    private let sampleBytes: UnsafeMutablePointer<Int>
    private var batch = 0
    /// Pieces of work of the body: shards, or micro-batches where nothing is summed over samples.
    private(set) var items = 0

    init(
        prologue: consuming Program, body: consuming Program, epilogue: consuming Program, plan: Plan, workers: Int,
        reductions: UnsafeMutableRawPointer, reductionStride: Int
    ) {
        self.prologue = prologue
        self.body = body
        self.epilogue = epilogue
        self.workers = workers
        microBatch = plan.microBatch
        shards = plan.shards
        sumsOverSamples = plan.reductionBytes > 0
        portCount = plan.inputs.count + plan.outputs.count
        slotCount = Program.fixedSlots + portCount
        unsafe slotBlock = .allocate(capacity: slotCount * workers)
        unsafe slotBlock.initialize(repeating: 0, count: slotCount * workers)
        unsafe scratchBlock = .allocate(capacity: Program.operandLimit * workers)
        unsafe scratchBlock.initialize(repeating: nil, count: Program.operandLimit * workers)
        unsafe argumentBlock = .allocate(capacity: workers)
        unsafe argumentBlock.initialize(repeating: RunArguments(), count: workers)
        unsafe self.reductions = unsafe reductions
        self.reductionStride = reductionStride
        unsafe ports = .allocate(capacity: portCount + 1)
        unsafe ports.initialize(repeating: 0, count: portCount + 1)
        unsafe sampleBytes = .allocate(capacity: portCount + 1)
        for (index, port) in (plan.inputs + plan.outputs).enumerated() {
            unsafe (sampleBytes + index).initialize(to: port.sampleBytes)
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
        unsafe sampleBytes.deallocate()
    }

    /// The addresses that worker's operands are resolved with.
    func slots(of worker: Int) -> UnsafeMutablePointer<UInt> { unsafe slotBlock + worker * slotCount }

    mutating func begin(batch: Int, arguments: RunArguments) {
        self.batch = batch
        items = sumsOverSamples ? shards : (batch + microBatch - 1) / microBatch
        for worker in 0..<workers {
            unsafe argumentBlock[worker] = arguments
            unsafe argumentBlock[worker].inverseBatch = 1 / Float(batch)
            unsafe argumentBlock[worker].firstSample = 0
        }
    }

    /// Runs what is run once a call, on the caller's thread.
    func runOnce(_ phase: Phase) {
        let slots = unsafe slots(of: 0)
        let control = apus_flush_denormals()
        unsafe slots[Int(Arena.reductions.rawValue)] = unsafe UInt(bitPattern: reductions)
        switch phase {
        case .prologue: unsafe prologue.run(slots: slots, scratch: scratchBlock, samples: 1)
        case .epilogue: unsafe epilogue.run(slots: slots, scratch: scratchBlock, samples: 1)
        }
        apus_restore_float_control(control)
    }

    /// Runs the body over a piece of the batch.
    func runItem(_ item: Int, worker: Int) {
        let first: Int
        let end: Int
        if sumsOverSamples {
            first = batch * item / shards
            end = batch * (item + 1) / shards
            let own = unsafe reductions + item * reductionStride
            unsafe own.initializeMemory(as: UInt8.self, repeating: 0, count: reductionStride)
            unsafe slots(of: worker)[Int(Arena.reductions.rawValue)] = UInt(bitPattern: own)
        } else {
            first = item * microBatch
            end = min(batch, first + microBatch)
        }
        let slots = unsafe slots(of: worker)
        let scratch = unsafe scratchBlock + worker * Program.operandLimit
        var sample = first
        while sample < end {
            for port in 0..<portCount {
                unsafe slots[Program.fixedSlots + port] = unsafe ports[port] &+ UInt(sample * sampleBytes[port])
            }
            unsafe argumentBlock[worker].firstSample = UInt32(sample)
            let samples = min(microBatch, end - sample)
            unsafe body.run(slots: slots, scratch: scratch, samples: samples)
            sample += samples
        }
    }
}
