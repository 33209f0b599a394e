package import ApusInstructions

/// What a call has to do at least.
package struct Work: Sendable, Equatable {
    /// Those of the algorithm that was chosen: a Winograd convolution has fewer than the instruction's `multiplyAdds`, which
    /// are those of the definition. What its transforms add is left out.
    package var multiplyAdds = 0
    /// Bytes that are moved between memory and the processor, if each is touched but once.
    package var read = 0
    package var written = 0

    package init(multiplyAdds: Int = 0, read: Int = 0, written: Int = 0) {
        self.multiplyAdds = multiplyAdds
        self.read = read
        self.written = written
    }
}

extension Plan {
    /// Steps that a plan may take for one micro-batch: a day's work, which no honest model comes near.
    package static let stepLimit = 1 << 46

    /// Turns of all innermost loops that the prologue, the body for one micro-batch and the epilogue take at most, as the
    /// instructions' own files say: elements that are gone through, or multiply-adds. Who runs the plans of strangers may want to
    /// allow fewer than the verifier does. Above 2^50 it is cut off.
    public var steps: Int {
        let isCombination = bodyParts.flatMap { part in part.range.map { _ in part.isCombination } }
        var sum = 0
        func add(_ instruction: Instruction, samples: Int) {
            let definition = try? instruction.definition(lanes: target.lanes)
            sum = min(sum + (definition.map { instruction.steps($0, samples: samples) } ?? 0), 1 << 50)
        }
        for instruction in prologue + epilogue { add(instruction, samples: 1) }
        for (index, instruction) in body.enumerated() {
            add(instruction, samples: isCombination[index] ? 1 : microBatch)
        }
        return sum
    }
}

extension Instruction {
    /// Turns of innermost loops that a call with so many samples takes at most, with all of its repeats; 2^50 stands for more.
    package func steps(_ definition: any InstructionDefinition, samples: Int) -> Int {
        let calls = product(samples, repeats)
        if let steps = definition.steps(samples: calls) { return steps }
        let bytes = definition.operands(samples: 1).reduce(0) { $0 + min($1.bytes.count, 1 << 50) }
        return product(calls, max(bytes, 1))
    }

    /// What a call with so many samples has to do. It grows evenly with the samples. What is updated is both read and
    /// written.
    package func work(samples: Int, lanes: Int) throws(ParameterError) -> Work {
        var work = Work(multiplyAdds: product(samples, multiplyAdds))
        let definition = try definition(lanes: lanes)
        let samples = product(samples, repeats)
        for (operand, extent) in zip(operands, definition.operands(samples: samples))
        where operand.arena != .none {
            if extent.access == .read || extent.access == .update { work.read += extent.bytes.count }
            if extent.access != .read { work.written += extent.bytes.count }
        }
        work.written = definition.bytesWritten(samples: samples) ?? work.written
        work.multiplyAdds = definition.multiplyAdds(samples: samples) ?? work.multiplyAdds
        return work
    }
}
