internal import ApusInstructions

// What a plan may say of its ports, and what instructions may do with them.

extension Plan {
    /// Bytes of the caller's memory that a plan may ask for: 256 TiB, far below what overflows.
    private static let byteLimit = 1 << 48

    /// Checks that ports are told apart by their names, and that their sizes are numbers that can be computed with.
    func verifyPortDeclarations() throws(PlanViolation) {
        try verifyDeclarations(of: inputs, "input")
        try verifyDeclarations(of: outputs, "output")
    }

    private func verifyDeclarations(of ports: [Port], _ kind: String) throws(PlanViolation) {
        guard ports.count <= Int(UInt16.max) else {
            throw PlanViolation("there are \(ports.count) \(kind)s, and operands can number \(UInt16.max)")
        }
        // In order, equal names are beside each other; a set would have the Swift runtime search for a conformance.
        let names = ports.map { $0.name }.sorted()
        for index in names.indices.dropFirst() where names[index] == names[index - 1] {
            throw PlanViolation("two \(kind)s are called \(names[index])")
        }
        for port in ports {
            guard port.sampleShape.count <= Port.rankLimit else {
                throw PlanViolation(
                    "the \(kind) \(port.name) has \(port.sampleShape.count) dimensions, more than \(Port.rankLimit)"
                )
            }
            // A zero must not hide a product that overflows.
            let extents = port.sampleShape.map { max($0, 1) }
            let bytes = extents.reduce(port.elementType.size) { product($0, $1) }
            guard port.sampleShape.allSatisfy({ $0 >= 0 }), product(bytes, microBatch) <= Self.byteLimit else {
                throw PlanViolation("the \(kind) \(port.name) is too large: \(port.typeText)")
            }
        }
    }

    /// Bytes of an input's sample that nobody need read.
    private static let unreadInputBytes = 1 << 24

    /// Checks that each output is written to its end, and that there is use for an input that takes much memory: who runs a
    /// plan makes room for all of them. Instructions are known to be right.
    func verifyPortUse() throws(PlanViolation) {
        var read = [Int](repeating: 0, count: inputs.count)
        var written = [Int](repeating: 0, count: outputs.count)
        for instruction in prologue + body + epilogue
        where instruction.operands.contains(where: { $0.arena == .input || $0.arena == .output }) {
            let extents: [OperandExtent]
            do { extents = try instruction.extents(samples: 1, lanes: target.lanes) } catch { continue }
            for (operand, extent) in zip(instruction.operands, extents) {
                let (port, end) = (Int(operand.port), operand.offset + extent.bytes.upperBound)
                if operand.arena == .input { read[port] = max(read[port], end) }
                if operand.arena == .output { written[port] = max(written[port], end) }
            }
        }
        for (port, end) in zip(outputs, written) where end != port.sampleBytes {
            throw PlanViolation("the output \(port.name) has \(port.sampleBytes) bytes, of which \(end) are written")
        }
        for (port, end) in zip(inputs, read) where port.sampleBytes > max(Self.unreadInputBytes, 64 * end) {
            throw PlanViolation("the input \(port.name) has \(port.sampleBytes) bytes, of which \(end) are read")
        }
    }

    /// The bytes of an input or output that an operand's offset may point into, for a call with `samples` samples.
    func portBytes(of operand: Operand, samples: Int, inBody: Bool) throws(PlanViolation) -> Int {
        let ports = operand.arena == .input ? inputs : outputs
        guard Int(operand.port) < ports.count else {
            throw PlanViolation("there is no \(operand.arena) \(operand.port)")
        }
        let port = ports[Int(operand.port)]
        guard inBody || port.isShared else {
            throw PlanViolation("the \(operand.arena) \(port.name) is there sample by sample, in the body alone")
        }
        return port.isShared ? port.sampleBytes : product(port.sampleBytes, samples)
    }

    /// Why an operand of the body must not be in a port that samples have in common; nil where it may.
    ///
    /// - Precondition: the port is there.
    func portProblem(of operand: Operand, _ extent: OperandExtent, inBody: Bool) -> String? {
        guard operand.arena == .output, inBody, hasBatch else { return nil }
        let port = outputs[Int(operand.port)]
        // Threads that share the batch would write it at the same time.
        return port.isShared
            ? "the \(extent.name) is in the output \(port.name), which all samples have in common and the body must not touch"
            : nil
    }
}
