import ApusInstructions
import ApusPlan

/// The instructions of a plan, resolved to function pointers and laid out flat for the interpreter.
@safe
struct Program: ~Copyable {
    /// An operand: the slot of its arena's address, and the bytes to add.
    struct Address {
        var slot: Int
        var offset: Int
    }

    /// A call: its kernel, where its parameters are, and how many of the addresses are its.
    @safe
    struct Call {
        var kernel: Kernel
        var parameters: UnsafeRawPointer
        var operandCount: Int
    }

    let calls: UnsafeMutableBufferPointer<Call>
    private let addresses: UnsafeMutableBufferPointer<Address>
    private let parameters: UnsafeMutableRawPointer

    /// Slots before those of the inputs: one for each arena of a fixed place.
    static let fixedSlots = Int(Arena.input.rawValue)
    /// The most operands an instruction has.
    static let operandLimit = 8

    init(_ instructions: [Instruction], plan: Plan) throws(SessionError) {
        var kernels: [Kernel] = unsafe []
        for instruction in instructions {
            unsafe kernels.append(try Processor.kernel(for: instruction.opcode, on: plan.target))
        }
        unsafe calls = .allocate(capacity: instructions.count)
        unsafe addresses = .allocate(capacity: instructions.reduce(0) { $0 + $1.operands.count })
        unsafe parameters = .allocate(
            byteCount: max(16, instructions.reduce(0) { $0 + $1.parameters.count.roundedUp(to: 16) }), alignment: 16)
        var next = 0
        var nextParameter = unsafe parameters
        for (index, instruction) in instructions.enumerated() {
            unsafe nextParameter.copyMemory(from: instruction.parameters, byteCount: instruction.parameters.count)
            unsafe calls.initializeElement(
                at: index,
                to: Call(
                    kernel: kernels[index], parameters: UnsafeRawPointer(nextParameter),
                    operandCount: instruction.operands.count))
            unsafe nextParameter += instruction.parameters.count.roundedUp(to: 16)
            for operand in instruction.operands {
                let slot =
                    switch operand.arena {
                    case .input: Self.fixedSlots + Int(operand.port)
                    case .output: Self.fixedSlots + plan.inputs.count + Int(operand.port)
                    default: Int(operand.arena.rawValue)
                    }
                unsafe addresses.initializeElement(at: next, to: Address(slot: slot, offset: operand.offset))
                next += 1
            }
        }
    }

    deinit {
        unsafe calls.deallocate()
        unsafe addresses.deallocate()
        unsafe parameters.deallocate()
    }

    /// Runs every call, in order.
    ///
    /// - Parameters:
    ///   - slots: the address of each arena, input and output, as bits; 0 is the null pointer.
    ///   - scratch: room for ``operandLimit`` pointers.
    @inline(__always)
    func run(
        slots: UnsafeMutablePointer<UInt>, scratch: UnsafeMutablePointer<UnsafeMutableRawPointer?>, samples: Int
    ) {
        var address = unsafe UnsafePointer(addresses.baseAddress)
        for index in unsafe 0..<calls.count {
            let call = unsafe calls[index]
            for operand in 0..<call.operandCount {
                guard let place = unsafe address else { return }
                let bits = unsafe slots[place.pointee.slot] &+ UInt(bitPattern: place.pointee.offset)
                unsafe scratch[operand] = unsafe UnsafeMutableRawPointer(bitPattern: bits)
                unsafe address = unsafe place + 1
            }
            unsafe call.kernel(scratch, call.parameters, samples)
        }
    }
}
