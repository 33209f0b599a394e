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

extension Instruction {
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
