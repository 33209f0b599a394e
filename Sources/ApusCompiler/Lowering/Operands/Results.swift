import ApusGraph
import ApusInstructions
import ApusPlan

// What rules ask for to put their results into.
extension Lowering {
    /// A buffer of the activation arena for one micro-batch.
    mutating func addBuffer(_ name: String, sampleBytes: Int) -> Place {
        addScratch(name, bytes: sampleBytes * (stage == .body ? plan.microBatch : 1))
    }

    /// A buffer of the activation arena that all samples share, one after the other.
    mutating func addScratch(_ name: String, bytes: Int) -> Place {
        // What is computed once a run stays in the state.
        guard stage == .body else { return .fixed(addState(bytes: bytes)) }
        bufferSizes.append(bytes)
        bufferNames.append(name)
        return .activation(buffer: bufferSizes.count - 1)
    }

    /// Room for a dynamic value in this layout.
    mutating func addStored(
        _ name: String, _ layout: ImageLayout, elementType: ElementType = .f32, imageCount: Int = 1
    ) -> Stored {
        Stored(
            place: addBuffer(name, sampleBytes: Int(layout.sampleStride) * imageCount * elementType.size),
            layout: layout, elementType: elementType, imageCount: imageCount)
    }

    /// Room for a result in the layout that was chosen for it.
    mutating func makeResult(_ value: ValueID) throws(LoweringError) -> Stored {
        if let joined = joins[value] {
            let part = try self.part(value, joined, of: try makeJoined(joined.whole))
            stored[value.index] = part
            return part
        }
        let layout =
            layouts.isBlocked(value)
            ? try blockedLayout(of: value, border: layouts.border(of: value)) : try plainLayout(of: value)
        let result = addStored(
            graph[value].name, layout, elementType: graph[value].type.elementType,
            imageCount: context.samples.imageCount(value))
        stored[value.index] = result
        return result
    }

    /// Room for a value that others are joined into; what there is, where one of them was made before.
    mutating func makeJoined(_ whole: ValueID) throws(LoweringError) -> Stored {
        if let made = stored[whole.index] { return made }
        return layouts.isBlocked(whole) ? try makeResult(whole) : try makeOutput(whole)
    }

    /// Where a value lies inside of the one that it is joined into, or cut out of.
    func part(_ value: ValueID, _ part: Joins.Part, of whole: Stored) throws(LoweringError) -> Stored {
        let shape = try typeShape(value)
        var stored = whole
        let offset: Int
        if whole.layout.channelBlock > 1 {
            stored.layout.channels = Int32(shape[part.axis])
            offset = part.start / Int(whole.layout.channelBlock) * whole.layout.blockStride
        } else {
            stored.layout = packedLayout(value, try sampleShape(value))
            stored.layout.sampleStride = whole.layout.sampleStride
            offset = part.start * shape[(part.axis + 1)...].reduce(1, *)
        }
        stored.place = whole.place.advanced(by: offset * whole.elementType.size)
        return stored
    }

    /// Room for a plain result: directly in the caller's output, if nothing else reads the value.
    mutating func makeOutput(_ value: ValueID) throws(LoweringError) -> Stored {
        guard stage == .body, let port = port(of: value) else { return try makeResult(value) }
        let result = Stored(
            place: .fixed(Operand(.output, port: port)), layout: packedLayout(value, try sampleShape(value)),
            elementType: graph[value].type.elementType, imageCount: context.samples.imageCount(value))
        stored[value.index] = result
        return result
    }

    /// Room for a result in the layout that was chosen for it: directly in the caller's output, if nothing else reads the value and it is a
    /// single pixel of whole blocks, whose elements lie as the caller wants them.
    mutating func makeResultOrOutput(_ value: ValueID) throws(LoweringError) -> Stored {
        guard stage == .body, joins[value] == nil, layouts.isBlocked(value), let port = port(of: value) else {
            return try makeResult(value)
        }
        var result = Stored(
            place: .fixed(Operand(.output, port: port)),
            layout: try blockedLayout(of: value, border: layouts.border(of: value)),
            elementType: graph[value].type.elementType, imageCount: context.samples.imageCount(value))
        guard result.isRow, result.layout.hasWholeBlocks(lanes: lanes), result.elementType == .f32 else {
            return try makeResult(value)
        }
        result.layout.sampleStride = Int32(result.layout.sampleElements)
        stored[value.index] = result
        return result
    }

    /// The port of the output that the value is, or that is the value under another shape, where nothing else reads it.
    private func port(of value: ValueID) -> Int? {
        var value = value
        while true {
            let readers = context.index.consumers(of: value)
            if let port = outputPorts[value] { return readers.isEmpty ? port : nil }
            guard readers.count == 1, context.rules[readers[0]].isView else { return nil }
            value = graph.nodes[readers[0]].results[0]
        }
    }

    /// Appends an instruction to the stage that is lowered.
    ///
    /// - Parameter repeats: calls for each sample: the images that it has.
    mutating func emit<Parameters: BitwiseCopyable>(
        _ opcode: Opcode, _ operands: [Place], _ parameters: Parameters, label: String, multiplyAdds: Int = 0,
        repeats: Int = 1
    ) {
        append(
            PendingInstruction(
                opcode: opcode, operands: operands, parameters: bytes(of: parameters), label: label,
                multiplyAdds: multiplyAdds, repeats: repeats))
    }

    /// Appends an instruction to the stage that is lowered.
    mutating func append(_ pending: PendingInstruction) {
        switch stage {
        case .body: body.append(pending)
        case .combination:
            var pending = pending
            pending.isCombination = true
            body.append(pending)
        case .prologue: plan.prologue.append(pending.placed([]))
        case .epilogue: plan.epilogue.append(pending.placed([]))
        }
    }

    /// Zeroes the border of what an instruction has just written.
    mutating func clearBorder(_ result: Stored, label: String) {
        guard result.layout.hasBorder else { return }
        emit(
            .clearBorder, [result.place], ClearBorderParameters(result.layout), label: label,
            repeats: result.imageCount)
    }
}
