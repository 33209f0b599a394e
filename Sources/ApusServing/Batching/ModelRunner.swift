import ApusPlan
package import ApusRuntime

/// Sessions of a ladder's plans, and memory for the inputs and outputs of the largest batch. It belongs to one caller at a time.
///
/// Everything is allocated when it is made.
@safe
package final class ModelRunner: @unchecked Sendable {
    private let ladder: PlanLadder
    private let sessions: [PlanSession]
    private let inputs: [UnsafeMutableRawBufferPointer]
    private let outputs: [UnsafeMutableRawBufferPointer]

    /// - Parameter threads: how many work on a batch.
    /// - Throws: ``SessionError`` where a plan is for another processor, or memory or threads can't be had.
    package init(_ ladder: PlanLadder, threads: Int) throws(SessionError) {
        self.ladder = ladder
        let plan = ladder.steps[0].plan
        let batch = ladder.maximumBatch
        var sessions: [PlanSession] = []
        for step in ladder.steps { sessions.append(PlanSession(try Session(step.plan, threads: threads))) }
        self.sessions = sessions
        unsafe inputs = plan.inputs.map { unsafe Self.memory(of: $0, batch: batch) }
        unsafe outputs = plan.outputs.map { unsafe Self.memory(of: $0, batch: batch) }
        for session in sessions { unsafe session.bind(inputs, outputs) }
    }

    deinit {
        unsafe inputs.forEach { unsafe $0.deallocate() }
        unsafe outputs.forEach { unsafe $0.deallocate() }
    }

    /// Zeros for a batch.
    private static func memory(of port: Port, batch: Int) -> UnsafeMutableRawBufferPointer {
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: max(port.bytes(samples: batch), 1), alignment: 64)
        unsafe block.initializeMemory(as: UInt8.self, repeating: 0)
        return unsafe block
    }

    /// Puts samples into the memory of an input, from its `first` on.
    ///
    /// - Precondition: the bytes are whole samples, for which there is room.
    package func setInput(_ number: Int, first: Int, to bytes: RawSpan) {
        let port = ladder.steps[0].plan.inputs[number]
        let start = first * port.sampleStride
        let room = unsafe inputs[number]
        precondition(
            start >= 0 && bytes.byteCount <= room.count - start,
            "\(bytes.byteCount) bytes at \(start) of '\(port.name)'")
        unsafe bytes.withUnsafeBytes { bytes in
            guard let source = bytes.baseAddress, let target = room.baseAddress else { return }
            unsafe (target + start).copyMemory(from: source, byteCount: bytes.count)
        }
        // Truth values are 0 or 1 and nothing else.
        if port.elementType == .bool {
            for place in start..<start + bytes.byteCount where unsafe room[place] > 1 { unsafe room[place] = 1 }
        }
    }

    /// Answers so many samples of the input memory.
    package func run(samples: Int) throws(SessionError) {
        try sessions[ladder.step(for: samples)].run(samples: samples)
    }

    /// The bytes of some samples of an output, until the next run.
    package func withOutput<Result>(
        _ number: Int, samples: Range<Int>, _ body: (RawSpan) -> Result
    ) -> Result {
        let port = ladder.steps[0].plan.outputs[number]
        let start = samples.lowerBound * port.sampleStride
        let count = port.bytes(samples: samples.count)
        let room = unsafe outputs[number]
        precondition(start >= 0 && count <= room.count - start)
        return unsafe body(UnsafeRawBufferPointer(rebasing: room[start..<start + count]).bytes)
    }
}

/// A session in an object, so that there can be an array of them.
private final class PlanSession {
    private var session: Session

    init(_ session: consuming Session) { self.session = session }

    func bind(_ inputs: [UnsafeMutableRawBufferPointer], _ outputs: [UnsafeMutableRawBufferPointer]) {
        for number in unsafe inputs.indices {
            if let start = unsafe inputs[number].baseAddress { unsafe session.bindInput(number, to: start) }
        }
        for number in unsafe outputs.indices {
            if let start = unsafe outputs[number].baseAddress { unsafe session.bindOutput(number, to: start) }
        }
    }

    func run(samples: Int) throws(SessionError) { try session.run(batch: samples) }
}
