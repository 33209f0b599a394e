internal import ApusPlan
internal import ApusRuntime
internal import CPlatform

/// What `apus_session` points to: a session, and what is bound to its ports.
@safe
struct OpenSession: ~Copyable {
    /// 1 while a call is under way, so that a second one is refused before it touches anything. It alone is used by several threads.
    private let claim: UnsafeMutablePointer<UInt64>
    private var session: Session
    private let inputs: [Slot]
    private let outputs: [Slot]
    /// What is bound, for inputs and then for outputs.
    private let bindings: UnsafeMutablePointer<Binding>

    /// What a run looks at of a port, without asking the plan.
    private struct Slot {
        /// The bits that an address has not.
        let alignmentMask: UInt
        let sampleBytes: Int
        let sampleStride: Int

        init(_ port: Port) {
            alignmentMask = UInt(port.elementType.size - 1)
            sampleBytes = port.sampleBytes
            sampleStride = port.sampleStride
        }

        /// Bytes for so many samples.
        func bytes(_ batch: Int) -> Int { sampleStride == 0 ? sampleBytes : batch * sampleStride }
    }

    /// Memory of the caller. It is as long as the caller says.
    @safe
    private struct Binding {
        var address: UnsafeMutableRawPointer?
        var count = 0
    }

    private static let threads = 1...256

    init(_ plan: Plan, threads: Int, placement: ThreadPlacement) throws(Failure) {
        let threads = threads == 0 ? 1 : threads
        guard Self.threads ~= threads else {
            throw .invalidArgument(
                "a session can't have \(threads) threads; "
                    + "give a number from \(Self.threads.lowerBound) to \(Self.threads.upperBound)")
        }
        do { session = try Session(plan, threads: threads, placement: placement) } catch { throw Failure(error) }
        inputs = plan.inputs.map(Slot.init)
        outputs = plan.outputs.map(Slot.init)
        unsafe claim = .allocate(capacity: 1)
        unsafe claim.initialize(to: 0)
        let count = inputs.count + outputs.count
        unsafe bindings = .allocate(capacity: max(count, 1))
        unsafe bindings.initialize(repeating: Binding(), count: count)
    }

    deinit {
        unsafe claim.deallocate()
        unsafe bindings.deallocate()
    }

    var threads: Int { session.threads }

    /// Has no other call come in until ``release()``.
    func take() throws(Failure) {
        guard unsafe apus_exchange_long(claim, 0, 1) else {
            throw Failure(
                .busy, "the session is in use by another thread; open a session for each thread, or take turns")
        }
    }

    func release() { unsafe apus_store_long(claim, 0) }

    // MARK: Runs

    /// Answers a batch on memory that is given by the ports' numbers.
    mutating func run(
        batch: Int, _ inputs: UnsafePointer<UnsafeRawPointer?>?, _ outputs: UnsafePointer<UnsafeMutableRawPointer?>?
    ) throws(Failure) {
        for index in self.inputs.indices {
            let address = try unsafe checked(inputs?[index], self.inputs[index], isInput: true, index)
            unsafe session.bindInput(index, to: address)
        }
        for index in self.outputs.indices {
            let given = unsafe UnsafeRawPointer(outputs?[index])
            let address = try unsafe checked(given, self.outputs[index], isInput: false, index)
            unsafe session.bindOutput(index, to: UnsafeMutableRawPointer(mutating: address))
        }
        do { try session.run(batch: batch) } catch { throw Failure(error) }
    }

    /// Answers a batch on the memory that is bound.
    mutating func runBound(batch: Int) throws(Failure) {
        // Before it is multiplied by.
        guard 1...session.maximumBatch ~= batch else {
            throw Failure(SessionError.batchOutOfRange(batch: batch, bound: session.maximumBatch))
        }
        for index in inputs.indices {
            let address = try unsafe bound(index, inputs[index], batch, isInput: true, index)
            unsafe session.bindInput(index, to: address)
        }
        for index in outputs.indices {
            let address = try unsafe bound(inputs.count + index, outputs[index], batch, isInput: false, index)
            unsafe session.bindOutput(index, to: address)
        }
        do { try session.run(batch: batch) } catch { throw Failure(error) }
    }

    /// Says where the samples of a port are.
    mutating func bind(
        _ name: String, isInput: Bool, to address: UnsafeMutableRawPointer?, count: Int
    ) throws(Failure) {
        let index = try session.plan.number(of: name, isInput: isInput)
        let slot = isInput ? inputs[index] : outputs[index]
        let usable = try unsafe checked(UnsafeRawPointer(address), slot, isInput: isInput, index)
        let needed = slot.bytes(1)
        guard count >= needed else {
            throw .invalidArgument(
                "'\(name)' has \(count) bytes, and a sample takes \(needed); bind memory for whole samples")
        }
        unsafe bindings[isInput ? index : inputs.count + index] = unsafe Binding(
            address: UnsafeMutableRawPointer(mutating: usable), count: count)
    }

    private func bound(
        _ slotNumber: Int, _ slot: Slot, _ batch: Int, isInput: Bool, _ index: Int
    ) throws(Failure) -> UnsafeMutableRawPointer {
        let binding = unsafe bindings[slotNumber]
        guard let address = unsafe binding.address else {
            throw .invalidArgument("no memory is bound to \(name(isInput, index)); bind some to every input and output")
        }
        let (needed, overflows) = slot.sampleStride.multipliedReportingOverflow(by: batch)
        guard !overflows, binding.count >= max(needed, slot.sampleBytes) else {
            throw .invalidArgument(
                "\(name(isInput, index)) has \(binding.count) bytes, and \(batch) samples take more; "
                    + "bind as much as they need")
        }
        return unsafe address
    }

    /// The address of no bytes at all.
    private static let nowhere: UInt = 64

    /// An address that kernels can read or write elements at.
    @inline(__always)
    private func checked(
        _ address: UnsafeRawPointer?, _ slot: Slot, isInput: Bool, _ index: Int
    ) throws(Failure) -> UnsafeRawPointer {
        let bits = UInt(bitPattern: address)
        if bits != 0, bits & slot.alignmentMask == 0, let address = unsafe address { return unsafe address }
        return try unsafe replaced(address, slot, isInput: isInput, index)
    }

    /// What is used in place of an address at which there can't be elements.
    @inline(never)
    private func replaced(
        _ address: UnsafeRawPointer?, _ slot: Slot, isInput: Bool, _ index: Int
    ) throws(Failure) -> UnsafeRawPointer {
        if slot.sampleBytes == 0, let nowhere = unsafe UnsafeRawPointer(bitPattern: Self.nowhere) {
            return unsafe nowhere
        }
        guard unsafe address == nil else {
            throw .invalidArgument(
                "\(name(isInput, index)) is at an address that is no multiple of \(slot.alignmentMask + 1), the bytes of "
                    + "an element; give one that is")
        }
        throw .invalidArgument(
            "the memory of \(name(isInput, index)) is NULL; give some for every input and output")
    }

    private func name(_ isInput: Bool, _ index: Int) -> String {
        let port = isInput ? session.plan.inputs[index] : session.plan.outputs[index]
        return "the \(isInput ? "input" : "output") '\(port.name)'"
    }
}
