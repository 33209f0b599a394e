import ApusData
import ApusFiles
import ApusGraph
import ApusPlan
import ApusRuntime

/// A session and the memory of its inputs and outputs.
@safe
struct Network: ~Copyable {
    var session: Session
    /// Samples that go at once.
    let batch: Int
    /// Room for a batch of each input, and of each output.
    let inputs: [UnsafeMutableRawBufferPointer]
    let outputs: [UnsafeMutableRawBufferPointer]

    /// Inputs and outputs of a batch take no more than this where the batch can be made smaller: 64 MiB.
    private static let desiredBytes = 64 << 20
    /// Those of one sample take no more than this: 4 GiB.
    private static var maximumBytes: Int { min(4 << 30, MemoryLimit.bytes) }

    /// - Parameter wanted: samples that should go at once; fewer do where they would take much memory.
    init(_ plan: Plan, wanted: Int, _ arguments: Arguments) throws(Failure) {
        // Shapes of a plan file are bounded, so that neither the products nor their sum overflow.
        var sampleBytes = 0
        for port in plan.inputs + plan.outputs {
            let bytes = port.sampleBytes
            guard bytes > 0 else { throw Failure("'\(port.name)' of the plan has no elements; compile it again") }
            sampleBytes = min(sampleBytes + bytes, Self.maximumBytes + 1)
        }
        guard sampleBytes <= Self.maximumBytes else {
            throw Failure("the inputs and outputs of one sample take more than \(Self.maximumBytes) bytes")
        }
        let room = max(1, min(Self.desiredBytes, Self.maximumBytes) / max(sampleBytes, 1))
        var session = try reporting { () throws(SessionError) in
            try arguments.session(of: plan)
        }
        let batch = min(wanted, session.maximumBatch, room)
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
    }

    /// Zeros for a batch of an input or output.
    private static func memory(of port: Port, batch: Int) -> UnsafeMutableRawBufferPointer {
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: port.bytes(samples: batch), alignment: 64)
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

    /// Puts samples into the memory of an input, from its `first` on.
    ///
    /// - Parameter elements: whole samples of an input of f32, no more than there is room for.
    func setInput(_ port: Int, first: Int = 0, to elements: Span<Float>) {
        unsafe elements.withUnsafeBytes { unsafe setBytes(port, first: first, to: $0) }
    }

    /// Puts some of the samples of a tensor into the memory of an input, which has room for so many.
    func setInput(_ port: Int, to tensor: AlignedBytes, samples: Range<Int>) {
        let type = plan.inputs[port]
        let start = samples.lowerBound * type.sampleStride
        let bytes = unsafe UnsafeRawBufferPointer(
            start: tensor.address + start, count: type.bytes(samples: samples.count))
        unsafe setBytes(port, first: 0, to: bytes)
    }

    private func setBytes(_ port: Int, first: Int, to bytes: UnsafeRawBufferPointer) {
        let room = unsafe inputs[port][(first * plan.inputs[port].sampleStride)...]
        unsafe UnsafeMutableRawBufferPointer(rebasing: room).copyMemory(from: bytes)
    }

    /// The answer to a sample.
    func output(_ port: Int, sample: Int) -> OutputElements {
        let output = plan.outputs[port]
        let first = sample * output.sampleStride
        let bytes = unsafe UnsafeRawBufferPointer(outputs[port])[first..<first + output.sampleBytes]
        return OutputElements(
            array: NPYArray(
                type: ElementType(output.elementType), shape: output.sampleShape, bytes: unsafe Array(bytes)))
    }
}

extension ElementType {
    /// The type of a port's elements, which has the same name.
    init(_ type: Port.ElementType) {
        self =
            switch type {
            case .f32: .f32
            case .f16: .f16
            case .bf16: .bf16
            case .f64: .f64
            case .i8: .i8
            case .u8: .u8
            case .i16: .i16
            case .u16: .u16
            case .i32: .i32
            case .u32: .u32
            case .i64: .i64
            case .u64: .u64
            case .bool: .bool
            }
    }
}
