import ApusInstructions
import ApusPlan
import CPlatform

/// The instructions of a plan, resolved to function pointers and laid out flat for the interpreter.
@safe
struct Program: ~Copyable {
    /// An operand: the slot of its arena's address, and the bytes to add.
    struct Address {
        var slot: Int
        var offset: Int
    }

    /// A call: its kernel, where its parameters are, and which of the addresses are its.
    @safe
    struct Call {
        var kernel: Kernel
        /// Samples of the kernel for each of the batch's.
        var repeats: Int
        var parameters: UnsafeRawPointer
        var operandCount: Int
        var firstAddress: Int
        /// The instruction's number among ``Activities``.
        var activity: Int
        /// Whether a recording counts its samples.
        var countsSamples: Bool
    }

    /// Pieces that don't depend on each other, or those that each part of the batch runs one after the other.
    struct Wave {
        var first: Int
        var count: Int
        /// The calls of all pieces.
        var calls: Range<Int>
        /// Whether there is enough to do for several threads.
        var isShared: Bool
        /// Whether all calls are run for each part of the batch.
        var isForSamples: Bool
    }

    private let calls: UnsafeMutableBufferPointer<Call>
    private let addresses: UnsafeMutableBufferPointer<Address>
    private let parameters: UnsafeMutableRawPointer
    /// The first call of each piece, and behind them the number of calls.
    private let pieceStarts: UnsafeMutableBufferPointer<Int>
    /// What ``run(_:slots:scratch:)`` goes through, in this order.
    let waves: UnsafeMutableBufferPointer<Wave>

    /// Slots before those of the inputs: one for each arena of a fixed place.
    static let fixedSlots = Int(Arena.input.rawValue)

    /// Slots of a worker: those, one for each input and output, and one for the activations of a sample that threads share.
    static func slotCount(_ plan: Plan) -> Int { sharedActivations(plan) + 1 }

    /// The slot of the activations of a sample that threads share. A worker's scratch is in its own arena.
    static func sharedActivations(_ plan: Plan) -> Int { fixedSlots + plan.inputs.count + plan.outputs.count }

    /// - Parameters:
    ///   - schedule: the instructions of one stage.
    ///   - activity: the number of the stage's first instruction among ``Activities``.
    ///   - sharesSamples: whether the threads' activations are those of one sample.
    init(
        _ schedule: Schedule, activity: Int, plan: Plan, sharesSamples: Bool = false
    ) throws(SessionError) {
        let pieces = schedule.waves.flatMap(\.pieces)
        var kernels: [Kernel] = unsafe []
        for piece in pieces {
            unsafe kernels.append(try Processor.kernel(for: piece.instruction.opcode, on: plan.target))
        }
        unsafe calls = .allocate(capacity: pieces.count)
        unsafe addresses = .allocate(capacity: pieces.reduce(0) { $0 + $1.instruction.operands.count })
        unsafe parameters = .allocate(
            byteCount: max(16, pieces.reduce(0) { $0 + $1.instruction.parameters.count.roundedUp(to: 16) }),
            alignment: 16)
        unsafe waves = .allocate(capacity: schedule.waves.count)
        var next = 0
        var nextParameter = unsafe parameters
        for (index, piece) in pieces.enumerated() {
            let instruction = piece.instruction
            unsafe nextParameter.copyMemory(from: instruction.parameters, byteCount: instruction.parameters.count)
            unsafe calls.initializeElement(
                at: index,
                to: Call(
                    kernel: kernels[index], repeats: instruction.repeats, parameters: UnsafeRawPointer(nextParameter),
                    operandCount: instruction.operands.count, firstAddress: next, activity: activity + piece.source,
                    countsSamples: piece.countsSamples))
            unsafe nextParameter += instruction.parameters.count.roundedUp(to: 16)
            let scratches = sharesSamples ? instruction.scratchOperands(lanes: plan.target.lanes) : []
            for (number, operand) in instruction.operands.enumerated() {
                let slot =
                    switch operand.arena {
                    case .activations where sharesSamples && !scratches.contains(number): Self.sharedActivations(plan)
                    case .input: Self.fixedSlots + Int(operand.port)
                    case .output: Self.fixedSlots + plan.inputs.count + Int(operand.port)
                    default: Int(operand.arena.rawValue)
                    }
                unsafe addresses.initializeElement(at: next, to: Address(slot: slot, offset: operand.offset))
                next += 1
            }
        }
        let starts = pieces.indices.filter { !pieces[$0].isJoined }
        unsafe pieceStarts = .allocate(capacity: starts.count + 1)
        _ = unsafe pieceStarts.initialize(from: starts + [pieces.count])
        var (firstPiece, firstCall) = (0, 0)
        for (index, wave) in schedule.waves.enumerated() {
            let count = wave.pieces.count { !$0.isJoined }
            unsafe waves.initializeElement(
                at: index,
                to: Wave(
                    first: firstPiece, count: count, calls: firstCall..<firstCall + wave.pieces.count,
                    isShared: wave.isShared, isForSamples: wave.isForSamples))
            firstPiece += count
            firstCall += wave.pieces.count
        }
    }

    /// The calls of a piece.
    @inline(__always)
    func calls(ofPiece piece: Int) -> Range<Int> { unsafe pieceStarts[piece]..<pieceStarts[piece + 1] }

    deinit {
        unsafe calls.deallocate()
        unsafe addresses.deallocate()
        unsafe parameters.deallocate()
        unsafe waves.deallocate()
        unsafe pieceStarts.deallocate()
    }

    /// Runs these calls, in order.
    ///
    /// - Parameters:
    ///   - slots: the address of each arena, input and output, as bits; 0 is the null pointer.
    ///   - scratch: room for ``InstructionCatalogue/operandLimit`` pointers.
    @inline(__always)
    func run(
        _ range: Range<Int>, slots: UnsafeMutablePointer<UInt>,
        scratch: UnsafeMutablePointer<UnsafeMutableRawPointer?>, samples: Int
    ) {
        for index in range { unsafe run(calls[index], slots: slots, scratch: scratch, samples: samples) }
    }

    /// As ``run(_:slots:scratch:samples:)``, and notes how long each call takes.
    func runRecorded(
        _ range: Range<Int>, slots: UnsafeMutablePointer<UInt>,
        scratch: UnsafeMutablePointer<UnsafeMutableRawPointer?>, samples: Int, track: Recorder.Track
    ) {
        for index in range {
            let call = unsafe calls[index]
            let begin = apus_ticks()
            unsafe run(call, slots: slots, scratch: scratch, samples: samples)
            track.note(
                call.activity, from: begin, to: apus_ticks(), samples: samples, isCounted: call.countsSamples)
        }
    }

    @inline(__always)
    private func run(
        _ call: Call, slots: UnsafeMutablePointer<UInt>, scratch: UnsafeMutablePointer<UnsafeMutableRawPointer?>,
        samples: Int
    ) {
        for operand in 0..<call.operandCount {
            let place = unsafe addresses[call.firstAddress &+ operand]
            let bits = unsafe slots[place.slot] &+ UInt(bitPattern: place.offset)
            unsafe scratch[operand] = unsafe UnsafeMutableRawPointer(bitPattern: bits)
        }
        unsafe call.kernel(scratch, call.parameters, samples &* call.repeats)
    }
}
