import ApusGraph
import ApusInstructions
import ApusPlan

// What rules ask for to put their results into.
extension Lowering {
    /// A buffer of the activation arena for one micro-batch.
    mutating func addBuffer(_ name: String, sampleBytes: Int) -> Place {
        addScratch(name, bytes: sampleBytes * plan.microBatch)
    }

    /// A buffer of the activation arena that all samples share, one after the other.
    mutating func addScratch(_ name: String, bytes: Int) -> Place {
        bufferSizes.append(bytes)
        bufferNames.append(name)
        return .activation(buffer: bufferSizes.count - 1)
    }

    /// Room for a dynamic value in this layout.
    mutating func addStored(_ name: String, _ layout: ImageLayout, imageCount: Int = 1) -> Stored {
        Stored(
            place: addBuffer(name, sampleBytes: Int(layout.sampleStride) * imageCount * ElementType.f32.size),
            layout: layout, imageCount: imageCount)
    }

    /// Room for a result in the layout that was chosen for it.
    mutating func makeResult(_ value: ValueID) throws(LoweringError) -> Stored {
        let layout =
            layouts.isBlocked(value)
            ? try blockedLayout(of: value, border: layouts.border(of: value)) : try plainLayout(of: value)
        let result = addStored(graph[value].name, layout, imageCount: context.samples.imageCount(value))
        stored[value.index] = result
        return result
    }

    /// Room for a plain result: where the caller wants it, if nobody else does.
    mutating func makeOutput(_ value: ValueID) throws(LoweringError) -> Stored {
        guard let port = outputPorts[value], context.index.consumers(of: value).isEmpty else {
            return try makeResult(value)
        }
        let result = Stored(
            place: .fixed(Operand(.output, port: port)), layout: packedLayout(value, try sampleShape(value)),
            imageCount: context.samples.imageCount(value))
        stored[value.index] = result
        return result
    }

    /// Appends an instruction to the body.
    ///
    /// - Parameter repeats: calls for each sample: the images that it has.
    mutating func emit<Parameters: BitwiseCopyable>(
        _ opcode: Opcode, _ operands: [Place], _ parameters: Parameters, label: String, multiplyAdds: Int = 0,
        repeats: Int = 1
    ) {
        body.append(
            PendingInstruction(
                opcode: opcode, operands: operands, parameters: bytes(of: parameters), label: label,
                multiplyAdds: multiplyAdds, repeats: repeats))
    }

    /// Zeroes the border of what an instruction has just written.
    mutating func clearBorder(_ result: Stored, label: String) {
        guard result.layout.hasBorder else { return }
        emit(.clearBorder, [result.place], result.layout, label: label, repeats: result.imageCount)
    }
}
