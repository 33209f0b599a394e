internal import ApusInstructions

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
        for (operand, extent) in zip(operands, try extents(samples: samples, lanes: lanes))
        where operand.arena != .none {
            if extent.access != .write { work.read += extent.bytes.count }
            if extent.access != .read { work.written += extent.bytes.count }
        }
        let extents = Extents(samples: samples, lanes: lanes, parameters: parameters)
        switch opcode {
        case .clearBorder:
            // The extent spans the picture, which is left alone.
            let buffer = try CheckedImage(extents.load(ImageLayout.self), "buffer")
            work.written = product(samples, buffer.sampleElements - buffer.pictureElements, 4)
        case .winogradConvolution, .winogradWeightGradient, .winogradRowConvolution:
            let winograd = try extents.load(WinogradParameters.self)
            work.multiplyAdds = product(
                samples, winograd.tiles, winograd.tile.frequencies, Int(winograd.source.channels),
                Int(winograd.destination.channels))
        default: break
        }
        return work
    }
}
