internal import ApusInstructions

extension Plan {
    /// The first violation found by ``verify(constantBytes:)``, or nil.
    func violation(constantBytes: Int) -> PlanViolation? {
        do {
            try verify(constantBytes: constantBytes)
            return nil
        } catch {
            return error
        }
    }

    /// Checks that each operand of each instruction stays inside of its arena, for every number of samples up to the
    /// micro-batch; that nothing read-only is written, and no operand lies on another unless the instruction says that it may;
    /// that it all ends, within ``stepLimit``; and that sizes, slices and buffers agree. Whatever the plan holds, it can be run
    /// after that: every field has a rule.
    ///
    /// - Parameter constantBytes: the size of the constants arena, where the plan doesn't hold it itself.
    package func verify(constantBytes: Int? = nil) throws(PlanViolation) {
        try verifySizes()
        try verifyPortDeclarations()
        try verifyCombinations()
        let constantBytes = constantBytes ?? constants.count
        var steps = 0
        try verify(prologue, of: "prologue", constantBytes: constantBytes, &steps) { _ in .once }
        let isCombination = bodyParts.flatMap { part in part.range.map { _ in part.isCombination } }
        try verify(body, of: "body", constantBytes: constantBytes, &steps) { isCombination[$0] ? .combination : .body }
        try verify(epilogue, of: "epilogue", constantBytes: constantBytes, &steps) { _ in .once }
        guard steps <= Self.stepLimit else {
            throw PlanViolation("its instructions take up to \(steps) steps together, more than \(Self.stepLimit)")
        }
        try verifyPortUse()
    }

    private func verify(
        _ instructions: [Instruction], of list: String, constantBytes: Int, _ steps: inout Int,
        stage: (_ index: Int) -> Stage
    ) throws(PlanViolation) {
        for (index, instruction) in instructions.enumerated() {
            let problem =
                self.problem(of: instruction, in: stage(index), constantBytes: constantBytes, &steps)
                ?? instruction.followingProblem(after: index > 0 ? instructions[index - 1] : nil, lanes: target.lanes)
            if let problem {
                throw PlanViolation(
                    "instruction \(index) of the \(list), \(instruction.opcode) for \(instruction.label): \(problem)"
                )
            }
        }
    }

    /// Checks that the combinations are parts of the body, and that each shard of any batch is one micro-batch, so that its arena
    /// holds all of its values.
    private func verifyCombinations() throws(PlanViolation) {
        guard !combinations.isEmpty else { return }
        var end = -1
        for range in combinations {
            guard range.lowerBound > end, !range.isEmpty, range.upperBound <= body.count else {
                throw PlanViolation(
                    "the instructions \(range) can't be a combination of the \(body.count) of the body")
            }
            end = range.upperBound
        }
        guard product(shards, microBatch) >= batchBound else {
            throw PlanViolation("\(shards) shards of \(microBatch) samples are no batch of \(batchBound)")
        }
        guard product(shards, activationBytes) <= 1 << 48 else {
            throw PlanViolation("\(shards) shards have \(activationBytes) bytes of activations each")
        }
    }

    private func verifySizes() throws(PlanViolation) {
        // One by one: in a list they would be of a type that the Swift runtime makes first, which takes longer than all of this.
        try verifyCount("batch bound", batchBound, limit: 1 << 31)
        try verifyCount("micro-batch", microBatch, limit: 1 << 24)
        try verifyCount("number of shards", shards, limit: 1 << 16)
        try verifyBytes("state", stateBytes)
        try verifyBytes("reductions", reductionBytes)
        try verifyBytes("activations", activationBytes)
        if product(reductionBytes, shards) > 1 << 48 {
            throw PlanViolation("\(shards) shards have \(reductionBytes) bytes of reductions each")
        }
        if activationBound < 0 || activationBound > activationBytes {
            throw PlanViolation("the activations' \(activationBytes) bytes are below their bound of \(activationBound)")
        }
        if multiplyAdds < 0 || multiplyAdds > 1 << 48 {
            throw PlanViolation("the body has \(multiplyAdds) multiply-adds")
        }
        for slice in slices
        where slice.offset % 4 != 0 || slice.offset < 0 || slice.offset > stateBytes - 4 * slice.elements {
            throw PlanViolation("the state's \(slice.name) is not inside of its \(stateBytes) bytes")
        }
        for buffer in buffers
        where buffer.offset < 0 || buffer.size < 0 || buffer.offset > activationBytes - buffer.size
            || buffer.firstUse > buffer.lastUse
        {
            throw PlanViolation("the buffer \(buffer.name) is not inside of the activations' \(activationBytes) bytes")
        }
        for buffer in buffers where buffer.firstUse < 0 || buffer.lastUse >= body.count {
            throw PlanViolation(
                "the buffer \(buffer.name) is used by the instructions \(buffer.firstUse) to \(buffer.lastUse), "
                    + "and the body has \(body.count)")
        }
    }

    private func verifyCount(_ name: String, _ count: Int, limit: Int) throws(PlanViolation) {
        guard 1...limit ~= count else { throw PlanViolation("the \(name) is \(count)") }
    }

    private func verifyBytes(_ name: String, _ bytes: Int) throws(PlanViolation) {
        guard 0...1 << 48 ~= bytes else { throw PlanViolation("the \(name) have \(bytes) bytes") }
    }

    private enum Stage {
        /// The prologue or the epilogue.
        case once
        case combination
        case body
    }

    /// - Parameter sum: to which the instruction's steps are added.
    private func problem(
        of instruction: Instruction, in stage: Stage, constantBytes: Int, _ sum: inout Int
    ) -> String? {
        guard (1...InstructionCatalogue.repeatLimit).contains(instruction.repeats) else {
            return "it is repeated \(instruction.repeats) times"
        }
        // A stride of zero touches no more memory however often it is taken; but somebody waits for it.
        guard stage != .body || product(microBatch, instruction.repeats) <= 1 << 28 else {
            return "it is repeated \(instruction.repeats) times for each of \(microBatch) samples"
        }
        guard instruction.multiplyAdds >= 0, product(instruction.multiplyAdds, microBatch) < 1 << 50 else {
            return "it has \(instruction.multiplyAdds) multiply-adds"
        }
        let definition: any InstructionDefinition
        do {
            definition = try instruction.definition(lanes: target.lanes)
        } catch {
            return error.description
        }
        // Before anybody divides the work: what is too much of it doesn't fit into the numbers that this is done with.
        let steps = instruction.steps(definition, samples: stage == .body ? microBatch : 1)
        guard steps <= Self.stepLimit else {
            return "it takes up to \(steps) steps, more than \(Self.stepLimit)"
        }
        sum = min(sum + steps, 1 << 50)
        // What an instruction touches grows evenly with the samples: right for one and for the most is right between.
        for samples in stage == .body && microBatch > 1 ? [1, microBatch] : [1] {
            let calls = product(samples, instruction.repeats)
            let extents = definition.operands(samples: calls)
            if extents.count != instruction.operands.count {
                return "there are \(instruction.operands.count) operands instead of \(extents.count)"
            }
            for (operand, extent) in zip(instruction.operands, extents) {
                if let problem = problem(
                    of: operand, extent, samples: samples, in: stage, constantBytes: constantBytes)
                {
                    return problem
                }
            }
            if let (operand, result) = instruction.wrongOverlap(definition, extents, samples: calls) {
                return "the \(result.name) lies on the \(operand.name)"
            }
        }
        guard instruction.cut != nil else { return nil }
        guard stage == .body, reductionBytes == 0, combinations.isEmpty else {
            return "it is cut, though samples are not answered one by one"
        }
        return instruction.cutProblem(definition)
    }

    private func problem(
        of operand: Operand, _ extent: OperandExtent, samples: Int, in stage: Stage, constantBytes: Int
    ) -> String? {
        // The port and the offset are added to an address whether or not there is one.
        if operand.port != 0, operand.arena != .input, operand.arena != .output {
            return "the \(extent.name) is in port \(operand.port) of the \(operand.arena) arena, which has none"
        }
        if operand.arena == .none {
            if operand.offset != 0 { return "the \(extent.name) is left out, but at \(operand.offset)" }
            return extent.isOptional ? nil : "the \(extent.name) is left out"
        }
        if extent.access != .read, [.constants, .input, .arguments].contains(operand.arena) {
            return "the \(extent.name) is written, but is in the \(operand.arena) arena"
        }
        if stage == .body, let problem = threadProblem(of: operand, extent) { return problem }
        let size: Int
        do {
            size = try bytes(of: operand, samples: samples, in: stage, constantBytes: constantBytes)
        } catch {
            return error.description
        }
        if let problem = portProblem(of: operand, extent, inBody: stage == .body) { return problem }
        if operand.offset % extent.elementBytes != 0 {
            return "the \(extent.name) is at \(operand.offset), which is not a multiple of \(extent.elementBytes)"
        }
        if operand.offset < 0 || operand.offset + extent.bytes.lowerBound < 0
            || operand.offset + extent.bytes.upperBound > size
        {
            return "the \(extent.name) is bytes \(operand.offset + extent.bytes.lowerBound) ..< "
                + "\(operand.offset + extent.bytes.upperBound) of the \(operand.arena) arena, which has \(size)"
        }
        return nil
    }

    /// Why an operand of the body would be changed by one thread while another relies on it; nil where it wouldn't. What kernels
    /// note in their scratch they believe, and indices and lengths are looked at more than once.
    private func threadProblem(of operand: Operand, _ extent: OperandExtent) -> String? {
        let isShared =
            extent.access == .scratch
            ? operand.arena != .activations : extent.access != .read && operand.arena == .state
        return isShared
            ? "the \(extent.name) is written, but is in the \(operand.arena) arena, which other threads see" : nil
    }

    /// The bytes that an operand's offset may point into, for a call with `samples` samples.
    private func bytes(
        of operand: Operand, samples: Int, in stage: Stage, constantBytes: Int
    ) throws(PlanViolation) -> Int {
        switch operand.arena {
        case .none: return 0
        case .constants: return constantBytes
        case .state: return stateBytes
        // A combination belongs to no shard.
        case .activations: return stage == .combination ? 0 : activationBytes
        // Before and after the body all shards' reductions are one block.
        case .reductions: return stage == .body ? reductionBytes : product(reductionBytes, shards)
        case .arguments: return MemoryLayout<RunArguments>.size
        case .input, .output: return try portBytes(of: operand, samples: samples, inBody: stage == .body)
        }
    }
}
