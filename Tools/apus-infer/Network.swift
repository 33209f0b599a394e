import ApusPlan
import ApusRuntime

/// A session and the memory of its inputs and outputs.
@safe
struct Network: ~Copyable {
    private var session: Session
    /// Holds the constants that the session uses.
    private let loaded: LoadedPlan
    /// Samples that go at once.
    let batch: Int
    /// Room for a batch of each input, and of each output.
    let inputs: [UnsafeMutableRawBufferPointer]
    let outputs: [UnsafeMutableRawBufferPointer]

    /// Inputs and outputs of a batch take no more than this where the batch can be made smaller: 64 MiB.
    private static let desiredBytes = 64 << 20
    /// Those of one sample take no more than this: 4 GiB.
    private static let greatestBytes = 4 << 30

    /// - Parameter wanted: samples that should go at once; fewer do where they would take much memory.
    init(_ loaded: consuming LoadedPlan, wanted: Int, _ arguments: Arguments) throws(Failure) {
        let plan = loaded.plan
        // Shapes of a plan file are bounded, so that neither the products nor their sum overflow.
        var sampleBytes = 0
        for port in plan.inputs + plan.outputs {
            let bytes = port.sampleElements * 4
            guard bytes > 0 else { throw Failure("'\(port.name)' of the plan has no elements; compile it again") }
            sampleBytes = min(sampleBytes + bytes, Self.greatestBytes + 1)
        }
        guard sampleBytes <= Self.greatestBytes else {
            throw Failure("the inputs and outputs of one sample take more than \(Self.greatestBytes) bytes")
        }
        guard plan.outputs.allSatisfy({ $0.elementType == .f32 }) else {
            throw Failure("the plan has an output that isn't f32; choose another value with --until")
        }
        let room = max(1, Self.desiredBytes / max(sampleBytes, 1))
        var session = try reporting { () throws(SessionError) in
            try unsafe Session(
                plan, constantsAt: loaded.constants, threads: arguments.threads,
                placement: arguments.isPinned ? .pinned : .free)
        }
        let batch = min(wanted, session.greatestBatch, room)
        unsafe inputs = plan.inputs.map { unsafe Self.memory(of: $0, batch: batch) }
        unsafe outputs = plan.outputs.map { unsafe Self.memory(of: $0, batch: batch) }
        for port in plan.inputs.indices {
            if let start = unsafe inputs[port].baseAddress { unsafe session.bindInput(port, to: start) }
        }
        for port in plan.outputs.indices {
            if let start = unsafe outputs[port].baseAddress { unsafe session.bindOutput(port, to: start) }
        }
        self.batch = batch
        self.session = session
        self.loaded = loaded
    }

    /// Zeros for a batch of an input or output.
    private static func memory(of port: Port, batch: Int) -> UnsafeMutableRawBufferPointer {
        let size = batch * port.sampleElements * 4
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)
        unsafe block.initializeMemory(as: UInt8.self, repeating: 0)
        return unsafe block
    }

    deinit {
        unsafe inputs.forEach { unsafe $0.deallocate() }
        unsafe outputs.forEach { unsafe $0.deallocate() }
    }

    var plan: Plan { session.plan }

    /// Answers the first samples of the input memory, into the output memory.
    mutating func run(samples: Int) throws(SessionError) { try session.run(batch: samples) }

    /// Records the runs that follow; see `Session`.
    mutating func startRecording(eventRoom: Int, tolerance: Double) {
        session.startRecording(eventRoom: eventRoom, tolerance: tolerance)
    }

    mutating func restartRecording() { session.restartRecording() }

    func recording() -> Recording? { session.recording() }

    /// Puts a sample into the memory of an input; it has as many elements as the input.
    func setInput(_ port: Int, sample: Int, to elements: some Collection<UInt32>) {
        let start = sample * plan.inputs[port].sampleElements
        let memory = unsafe inputs[port].assumingMemoryBound(to: UInt32.self)
        for (index, element) in elements.enumerated() where start + index < memory.count {
            unsafe memory[start + index] = element
        }
    }

    /// The answer to a sample.
    func output(_ port: Int, sample: Int) -> [Float] {
        let count = plan.outputs[port].sampleElements
        let memory = unsafe outputs[port].assumingMemoryBound(to: Float.self)
        return unsafe Array(memory[sample * count..<(sample + 1) * count])
    }
}
