internal import ApusGraph
public import ApusPlan
public import ApusRuntime

/// The memory of the inputs and outputs of a batch: each port's name with a span. Nothing is copied, and a run with it
/// allocates nothing; the same bindings serve any number of runs.
///
///     var bindings = try PortBindings(session.plan, batch: 4)
///     try bindings.bind("image", to: pixels.span)
///     try bindings.bind("scores", to: scores.mutableSpan)
///     try session.run(bindings)
///
/// The compiler sees to it that what is bound stays there and isn't touched by others until the last run.
@safe
public struct PortBindings: ~Copyable, ~Escapable {
    /// Samples of the batch.
    public let batch: Int
    let plan: Plan
    /// Where each input and then each output is; nil where nothing is bound.
    private(set) var addresses: [UnsafeMutableRawPointer?]

    /// Bindings without spans.
    ///
    /// - Throws: ``SessionError/batchOutOfRange(batch:bound:)`` where there is no sample, or more than a plan takes.
    @_lifetime(immortal)
    public init(_ plan: Plan, batch: Int) throws(SessionError) {
        let bound = plan.hasBatch ? Int(Int32.max) : 1
        guard batch >= 1, batch <= bound else { throw .batchOutOfRange(batch: batch, bound: bound) }
        self.batch = batch
        self.plan = plan
        unsafe addresses = unsafe Array(repeating: nil, count: plan.inputs.count + plan.outputs.count)
    }

    /// Has an input read from a span: the samples of the batch one after the other, row-major.
    ///
    /// - Throws: ``SessionError`` where there is no such input, it has a span, or elements of another type or number.
    @_lifetime(self: copy self, copy span)
    public mutating func bind<Element: PortElement>(_ name: String, to span: Span<Element>) throws(SessionError) {
        let index = try plan.number(ofInput: name)
        try check(plan.inputs[index], at: index, Element.portElementType, count: span.count)
        unsafe span.withUnsafeBytes { bytes in
            unsafe addresses[index] = unsafe UnsafeMutableRawPointer(mutating: bytes.baseAddress) ?? Self.nowhere
        }
    }

    /// Has an output written to a span: the answers of the batch one after the other, row-major.
    ///
    /// - Throws: ``SessionError`` where there is no such output, it has a span, or elements of another type or number.
    @_lifetime(self: copy self, copy span)
    public mutating func bind<Element: PortElement>(
        _ name: String, to span: consuming MutableSpan<Element>
    ) throws(SessionError) {
        let number = try plan.number(ofOutput: name)
        let index = plan.inputs.count + number
        try check(plan.outputs[number], at: index, Element.portElementType, count: span.count)
        unsafe span.withUnsafeMutableBytes { bytes in
            unsafe addresses[index] = unsafe bytes.baseAddress ?? Self.nowhere
        }
    }

    /// The address of no bytes at all.
    private static var nowhere: UnsafeMutableRawPointer? { unsafe UnsafeMutableRawPointer(bitPattern: 64) }

    private func check(
        _ port: Port, at index: Int, _ elementType: Port.ElementType, count: Int
    ) throws(SessionError) {
        guard unsafe addresses[index] == nil else { throw .boundTwice(port.name) }
        guard port.elementType == elementType else {
            throw .wrongElementType(port: port.name, expected: port.elementType, given: elementType)
        }
        let expected = port.elements(samples: batch)
        guard count == expected else {
            throw .wrongElementCount(port: port.name, expected: expected, given: count)
        }
    }
}

extension Plan {
    /// Which of the inputs a name is.
    func number(ofInput name: String) throws(SessionError) -> Int { try number(of: name, in: inputs) }

    /// Which of the outputs a name is.
    func number(ofOutput name: String) throws(SessionError) -> Int { try number(of: name, in: outputs) }

    private func number(of name: String, in ports: [Port]) throws(SessionError) -> Int {
        guard let number = ports.firstIndex(where: { $0.name == name }) else {
            let near = nearName(to: name, among: ports.map(\.name))
            throw .unknownPort(name, near: near, ports: ports.map(\.description))
        }
        return number
    }
}

extension Session {
    /// Answers a batch on the memory that is bound to the ports.
    ///
    /// - Throws: ``SessionError`` where a port has no span, the bindings were made from a plan with other ports, or the batch is
    ///   larger than the plan's bound and its samples depend on each other.
    public mutating func run(_ bindings: borrowing PortBindings) throws(SessionError) {
        guard bindings.plan.inputs == plan.inputs, bindings.plan.outputs == plan.outputs else {
            throw .otherPlan(bound: bindings.plan.name, session: plan.name)
        }
        for (index, port) in plan.inputs.enumerated() {
            guard let address = unsafe bindings.addresses[index] else { throw .missingPort(port.name) }
            unsafe bindInput(index, to: address)
        }
        for (index, port) in plan.outputs.enumerated() {
            guard let address = unsafe bindings.addresses[plan.inputs.count + index] else {
                throw .missingPort(port.name)
            }
            unsafe bindOutput(index, to: address)
        }
        try run(batch: bindings.batch)
    }
}
