import ApusInstructions
public import ApusPlan
import CPlatform

/// A plan for inference with its arenas, ready to run on the caller's thread: the session of the library without threads, training
/// and profiles. A run allocates nothing.
@safe
public struct Session: ~Copyable {
    /// An operand: the slot of its arena's address, and the bytes to add.
    private struct Address {
        var slot: Int
        var offset: Int
    }

    private struct Call {
        var kernel: Kernel
        var parameters: UnsafeRawPointer
        /// Samples of the kernel for each of the batch's.
        var repeats: Int
        var addresses: Range<Int>
    }

    /// What is run.
    public let plan: Plan
    /// The largest batch that ``run(batch:)`` takes.
    package let maximumBatch: Int
    private let activations: MemoryArena
    private let calls: UnsafeMutableBufferPointer<Call>
    private let addresses: UnsafeMutableBufferPointer<Address>
    /// The parameters of all calls.
    private let parameters: UnsafeMutableRawPointer
    /// The address of each arena, input and output, as bits; 0 is the null pointer.
    private let slots: UnsafeMutableBufferPointer<UInt>
    /// The address of the first sample of each input, then of each output, as bits.
    private let ports: UnsafeMutableBufferPointer<UInt>
    /// Bytes from a sample to the next of each; 0 where samples have it in common.
    private let sampleStrides: [Int]
    private let operands: UnsafeMutablePointer<UnsafeMutableRawPointer?>
    private let arguments: UnsafeMutablePointer<RunArguments>

    /// Slots before those of the inputs: one for each arena of a fixed place.
    private static let fixedSlots = Int(Arena.input.rawValue)

    /// - Parameter plan: one that has a body alone, and whose samples don't depend on each other.
    /// - Throws: ``SessionError`` where the plan is for another processor, or memory can't be had.
    package init(_ plan: Plan) throws(SessionError) {
        // What can fail comes first.
        var kernels: [Kernel] = unsafe []
        for instruction in plan.body {
            unsafe kernels.append(try Processor.kernel(for: instruction.opcode, on: plan.target))
        }
        let activations = try MemoryArena(size: plan.activationBytes)
        unsafe calls = .allocate(capacity: plan.body.count)
        var operandCount = 0
        var parameterBytes = 16
        for instruction in plan.body {
            operandCount += instruction.operands.count
            parameterBytes += instruction.parameters.count.roundedUp(to: 16)
        }
        unsafe addresses = .allocate(capacity: operandCount)
        unsafe parameters = .allocate(byteCount: parameterBytes, alignment: 16)
        unsafe slots = .allocate(capacity: Self.fixedSlots + plan.inputs.count + plan.outputs.count)
        unsafe slots.initialize(repeating: 0)
        unsafe ports = .allocate(capacity: plan.inputs.count + plan.outputs.count)
        unsafe ports.initialize(repeating: 0)
        unsafe operands = .allocate(capacity: InstructionCatalogue.operandLimit)
        unsafe arguments = .allocate(capacity: 1)
        unsafe arguments.initialize(to: RunArguments())
        unsafe slots[Int(Arena.constants.rawValue)] = unsafe UInt(bitPattern: plan.constants.address)
        unsafe slots[Int(Arena.activations.rawValue)] = unsafe UInt(bitPattern: activations.start)
        unsafe slots[Int(Arena.arguments.rawValue)] = unsafe UInt(bitPattern: arguments)

        var nextAddress = 0
        var nextParameter = unsafe parameters
        for (index, instruction) in plan.body.enumerated() {
            let first = nextAddress
            for operand in instruction.operands {
                let slot =
                    switch operand.arena {
                    case .input: Self.fixedSlots + Int(operand.port)
                    case .output: Self.fixedSlots + plan.inputs.count + Int(operand.port)
                    default: Int(operand.arena.rawValue)
                    }
                unsafe addresses.initializeElement(at: nextAddress, to: Address(slot: slot, offset: operand.offset))
                nextAddress += 1
            }
            for (offset, byte) in instruction.parameters.enumerated() {
                unsafe nextParameter.storeBytes(of: byte, toByteOffset: offset, as: UInt8.self)
            }
            unsafe calls.initializeElement(
                at: index,
                to: Call(
                    kernel: kernels[index], parameters: UnsafeRawPointer(nextParameter), repeats: instruction.repeats,
                    addresses: first..<nextAddress))
            unsafe nextParameter += instruction.parameters.count.roundedUp(to: 16)
        }
        maximumBatch = plan.hasBatch ? Int(Int32.max) : 1
        sampleStrides = (plan.inputs + plan.outputs).map { $0.sampleStride }
        self.activations = activations
        self.plan = plan
    }

    deinit {
        unsafe calls.deallocate()
        unsafe addresses.deallocate()
        unsafe parameters.deallocate()
        unsafe slots.deallocate()
        unsafe ports.deallocate()
        unsafe operands.deallocate()
        unsafe arguments.deallocate()
    }

    /// Says where the samples of an input are.
    package mutating func bindInput(_ port: Int, to address: UnsafeRawPointer) {
        unsafe ports[port] = UInt(bitPattern: address)
    }

    /// Says where the samples of an output are written.
    package mutating func bindOutput(_ port: Int, to address: UnsafeMutableRawPointer) {
        unsafe ports[plan.inputs.count + port] = UInt(bitPattern: address)
    }

    /// Runs the plan over `batch` samples of the memory that is bound, in micro-batches of nearly the same size.
    package mutating func run(batch: Int) throws(SessionError) {
        guard batch >= 1, batch <= maximumBatch else {
            throw SessionError.batchOutOfRange(batch: batch, bound: maximumBatch)
        }
        let control = apus_flush_denormals()
        defer { apus_restore_float_control(control) }
        unsafe arguments.pointee.inverseBatch = 1 / Float(batch)
        let steps = (batch + plan.microBatch - 1) / plan.microBatch
        var sample = 0
        for step in 1...steps {
            let next = batch * step / steps
            runMicroBatch(sample..<next)
            sample = next
        }
    }

    private func runMicroBatch(_ samples: Range<Int>) {
        for port in sampleStrides.indices {
            unsafe slots[Self.fixedSlots + port] = ports[port] &+ UInt(samples.lowerBound * sampleStrides[port])
        }
        unsafe arguments.pointee.firstSample = UInt32(truncatingIfNeeded: samples.lowerBound)
        for index in unsafe calls.indices {
            let call = unsafe calls[index]
            var operand = unsafe operands
            for address in call.addresses {
                let place = unsafe addresses[address]
                unsafe operand.pointee = UnsafeMutableRawPointer(
                    bitPattern: slots[place.slot] &+ UInt(bitPattern: place.offset))
                unsafe operand += 1
            }
            unsafe call.kernel(operands, call.parameters, samples.count &* call.repeats)
        }
    }
}
