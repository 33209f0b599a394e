import ApusGraph
import ApusInstructions
import ApusPlan

extension Lowering {
    /// Places the activation buffers and fills their offsets in: the plan is complete.
    mutating func finish() throws(LoweringError) -> Plan {
        var first = [Int](repeating: Int.max, count: bufferSizes.count)
        var last = [Int](repeating: 0, count: bufferSizes.count)
        for (index, instruction) in body.enumerated() {
            for case .activation(let buffer) in instruction.operands {
                first[buffer] = min(first[buffer], index)
                last[buffer] = max(last[buffer], index)
            }
        }
        // A result that nobody reads and nothing writes takes no room.
        let used = bufferSizes.indices.filter { first[$0] != Int.max }
        let requests = used.map { BufferRequest(size: bufferSizes[$0], firstUse: first[$0], lastUse: last[$0]) }
        let packing: MemoryPlan
        do {
            packing = try MemoryPlan(packing: requests)
        } catch {
            throw .memory(error.description)
        }
        var offsets = [Int](repeating: 0, count: bufferSizes.count)
        for (position, buffer) in used.enumerated() {
            offsets[buffer] = packing.offsets[position]
            plan.buffers.append(
                BufferPlacement(
                    name: bufferNames[buffer], offset: packing.offsets[position], size: bufferSizes[buffer],
                    firstUse: first[buffer], lastUse: last[buffer]))
        }
        plan.activationBytes = packing.size
        plan.activationBound = packing.lowerBound
        plan.isOptimal = packing.isOptimal
        plan.body = body.map { pending in
            Instruction(
                pending.opcode,
                operands: pending.operands.map { place in
                    switch place {
                    case .none: .none
                    case .activation(let buffer): Operand(.activations, offset: offsets[buffer])
                    case .fixed(let operand): operand
                    }
                }, parameters: pending.parameters, label: pending.label, multiplyAdds: pending.multiplyAdds)
        }
        plan.multiplyAdds = body.reduce(0) { $0 + $1.multiplyAdds }
        plan.stateBytes = stateBytes
        plan.fused = graph.nodes.compactMap { node in
            let name = graph[node.results[0]].name
            return switch node.operation {
            case let operation as FusedConvolution2D: "\(name): \(operation.parts.joined(separator: " + "))"
            case let operation as FusedDense: "\(name): \(operation.parts.joined(separator: " + "))"
            default: fusedGradient(of: node)
            }
        }
        return plan
    }

    /// What a node says that reads a gradient which is not stored.
    private func fusedGradient(of node: Node) -> String? {
        guard node.operands.count > 1, pooledGradients.contains(node.operands[1]) else { return nil }
        return "\(graph[node.results[0]].name): \(MaxUnpool2D.name) + \(node.operation.name)"
    }
}

extension FusedConvolution2D {
    /// The operators that became one.
    fileprivate var parts: [String] {
        ["conv2d"] + (convolution.bias ? ["bias"] : []) + (addend ? ["add"] : [])
            + (activation == .relu ? ["relu"] : [])
            + (pool == nil ? [] : ["max_pool2d"])
    }
}

extension FusedDense {
    /// The operators that became one.
    fileprivate var parts: [String] {
        ["dense"] + (dense.bias ? ["bias"] : []) + (activation == .relu ? ["relu"] : [])
    }
}
