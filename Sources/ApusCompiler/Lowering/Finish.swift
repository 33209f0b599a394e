import ApusFiles
import ApusGraph
import ApusInstructions
import ApusPlan

extension Lowering {
    /// Places the activation buffers, fills their offsets in, and makes the constants: the plan is complete.
    mutating func finish() throws(LoweringError) -> Plan {
        var lives = BufferLives(body, sizes: bufferSizes)
        lives.shareMemory(body, samples: plan.microBatch, lanes: lanes)
        // A result that nobody reads and nothing writes takes no room.
        let used = lives.owners
        let requests = used.map {
            BufferRequest(size: bufferSizes[$0], firstUse: lives.first[$0], lastUse: lives.last[$0])
        }
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
                    firstUse: lives.first[buffer], lastUse: lives.last[buffer]))
        }
        for buffer in bufferSizes.indices { offsets[buffer] = offsets[lives.host(of: buffer)] }
        plan.activationBytes = packing.size
        plan.activationBound = packing.lowerBound
        plan.isOptimal = packing.isOptimal
        for reader in shardReaders { body[reader.instruction].parameters = reader.parameters(plan.reductionBytes / 4) }
        plan.body = body.map { $0.placed(offsets) }
        plan.combinations = combinations
        if plan.reductionBytes == 0, combinations.isEmpty {
            for (index, cut) in CutChoice.cuts(of: plan.body, lanes: lanes).enumerated() {
                plan.body[index].cut = cut
            }
        }
        plan.multiplyAdds = body.reduce(0) { $0 + $1.multiplyAdds }
        plan.stateBytes = state.bytes
        guard constants.byteCount <= MemoryLimit.bytes else {
            throw .memory("its constants take \(constants.byteCount) bytes; \(MemoryLimit.remedy)")
        }
        plan.constants = constants.bytes()
        plan.fused = context.sites.compactMap(fusedOperators)
        return plan
    }

    /// The instructions of the body that are run once, as many at a time as follow each other.
    private var combinations: [Range<Int>] {
        body.indices.reduce(into: []) { ranges, index in
            guard body[index].isCombination else { return }
            if let last = ranges.last, last.upperBound == index {
                ranges[ranges.count - 1] = last.lowerBound..<index + 1
            } else {
                ranges.append(index..<index + 1)
            }
        }
    }

    /// The operators that a node's instruction computes in one, for people to read: `conv1: conv2d + relu`; nil where it is one.
    private func fusedOperators(of site: Site) -> String? {
        var operators = site.rule.fusedOperators
        if operators.isEmpty {
            // A reader of a gradient that is not stored computes its producer too.
            guard let gradient = site.operands.first(where: { unstored.contains($0) }),
                let producer = context.index.producer(of: gradient)
            else { return nil }
            operators = [producer.operation.name, site.node.operation.name]
        }
        return "\(site.name): \(operators.joined(separator: " + "))"
    }
}
