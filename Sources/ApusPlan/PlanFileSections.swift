internal import ApusInstructions
internal import ApusSections

// What the sections of a plan file hold: each encoder stands beside its decoder, in the same order of fields.

extension PlanFile {
    static func encodeDescription(_ plan: Plan) -> [UInt8] {
        var writer = ByteWriter()
        writer.write(name: plan.name)
        writer.write(name: plan.target.rawValue)
        for number in [
            plan.batchBound, plan.microBatch, plan.shards, plan.multiplyAdds, plan.stateBytes, plan.reductionBytes,
            plan.activationBytes, plan.activationBound,
        ] {
            writer.write(count: number)
        }
        writer.write(UInt8(plan.isOptimal ? 1 : 0))
        for ports in [plan.inputs, plan.outputs] {
            writer.write(list: ports) { writer, port in
                writer.write(name: port.name)
                writer.write(name: port.elementType.rawValue)
                writer.write(UInt8(port.isShared ? 1 : 0))
                writer.write(port.meaning.rawValue)
                writer.write(list: port.sampleShape) { $0.write(count: $1) }
            }
        }
        writer.write(list: plan.slices) { writer, slice in
            writer.write(name: slice.name)
            writer.write(slice.kind.rawValue)
            writer.write(list: slice.shape) { $0.write(count: $1) }
            writer.write(count: slice.offset)
        }
        writer.write(list: plan.buffers) { writer, buffer in
            writer.write(name: buffer.name)
            for number in [buffer.offset, buffer.size, buffer.firstUse, buffer.lastUse] { writer.write(count: number) }
        }
        for names in [plan.fused, plan.labels] {
            writer.write(list: names) { $0.write(name: $1) }
        }
        writer.write(list: plan.preparation) { writer, field in
            writer.write(name: field.name)
            writer.write(name: field.value)
        }
        return writer.bytes
    }

    static func decodeDescription(_ reader: inout ByteReader) throws(SectionError) -> Plan {
        let name = try reader.readName("the plan's name")
        let targetName = try reader.readName("the target")
        guard let target = Target(rawValue: targetName) else { throw .unknown(what: "the target \(shown(targetName))") }
        let batchBound = try reader.readCount("the batch bound")
        let microBatch = try reader.readCount("the micro-batch")
        var plan = Plan(name: name, target: target, batchBound: batchBound, microBatch: microBatch)
        plan.shards = try reader.readCount("the number of shards")
        plan.multiplyAdds = try reader.readCount("the number of multiply-adds")
        plan.stateBytes = try reader.readCount("the size of the state")
        plan.reductionBytes = try reader.readCount("the size of the reductions")
        plan.activationBytes = try reader.readCount("the size of the activations")
        plan.activationBound = try reader.readCount("the activations' bound")
        plan.isOptimal = try reader.readFlag("the claim to be optimal")
        plan.inputs = try decodePorts(&reader, "inputs")
        plan.outputs = try decodePorts(&reader, "outputs")
        plan.slices = try reader.list("slices of the state", minimum: 25) { (reader) throws(SectionError) in
            let name = try reader.readName("a slice's name")
            let kind: StateSlice.Kind = try reader.readCase("the kind of slice")
            let shape = try reader.readShape("a slice")
            return StateSlice(name: name, kind: kind, shape: shape, offset: try reader.readCount("a slice's offset"))
        }
        plan.buffers = try reader.list("buffers", minimum: 40) { (reader) throws(SectionError) in
            let name = try reader.readName("a buffer's name")
            let offset = try reader.readCount("a buffer's offset")
            let size = try reader.readCount("a buffer's size")
            let firstUse = try reader.readCount("a buffer's first use")
            let lastUse = try reader.readCount("a buffer's last use")
            return BufferPlacement(name: name, offset: offset, size: size, firstUse: firstUse, lastUse: lastUse)
        }
        plan.fused = try decodeNames(&reader, "fused operators")
        plan.labels = try decodeNames(&reader, "labels")
        plan.preparation = try reader.list("fields of the preparation", minimum: 16) {
            (reader) throws(SectionError) in
            Plan.Field(
                name: try reader.readName("the name of a field"), value: try reader.readName("the value of a field"))
        }
        return plan
    }

    private static func decodePorts(_ reader: inout ByteReader, _ what: String) throws(SectionError) -> [Port] {
        try reader.list(what, minimum: 26) { (reader) throws(SectionError) in
            let name = try reader.readName("the name of one of the \(what)")
            let typeName = try reader.readName("the element type of one of the \(what)")
            guard let elementType = Port.ElementType(rawValue: typeName) else {
                throw .unknown(what: "the element type \(shown(typeName))")
            }
            let isShared = try reader.readFlag("whether one of the \(what) is shared")
            let meaning: Port.Meaning = try reader.readCase("the meaning of numbers")
            let shape = try reader.readShape("one of the \(what)", elementBytes: elementType.size)
            return Port(
                name: name, elementType: elementType, sampleShape: shape, isShared: isShared, meaning: meaning)
        }
    }

    private static func decodeNames(_ reader: inout ByteReader, _ what: String) throws(SectionError) -> [String] {
        try reader.list(what, minimum: 8) { (reader) throws(SectionError) in
            try reader.readName("one of the \(what)")
        }
    }

    static func encodeInstructions(_ plan: Plan) -> [UInt8] {
        var writer = ByteWriter()
        for list in [plan.prologue, plan.body, plan.epilogue] {
            writer.write(list: list) { writer, instruction in
                writer.write(instruction.opcode.rawValue)
                writer.write(UInt32(truncatingIfNeeded: instruction.repeats))
                writer.write(list: instruction.operands) { writer, operand in
                    writer.write(operand.arena.rawValue)
                    writer.write(operand.port)
                    writer.write(count: operand.offset)
                }
                writer.write(bytes: instruction.parameters)
                writer.write(name: instruction.label)
                writer.write(count: instruction.multiplyAdds)
                writer.write(instruction.cut?.axis.rawValue ?? 0)
                writer.write(count: instruction.cut?.parts ?? 0)
                writer.write(UInt8(instruction.cut?.follows == true ? 1 : 0))
            }
        }
        // Nothing follows where there are none: the file of a plan without them is what it always was.
        if !plan.combinations.isEmpty {
            writer.write(list: plan.combinations) { writer, range in
                writer.write(count: range.lowerBound)
                writer.write(count: range.count)
            }
        }
        return writer.bytes
    }

    static func decodeInstructions(_ reader: inout ByteReader, into plan: inout Plan) throws(SectionError) {
        plan.prologue = try decodeInstructionList(&reader, "instructions in the prologue")
        plan.body = try decodeInstructionList(&reader, "instructions in the body")
        plan.epilogue = try decodeInstructionList(&reader, "instructions in the epilogue")
        if reader.isAtEnd { return }
        plan.combinations = try reader.list("combinations", minimum: 16) { (reader) throws(SectionError) in
            let start = try reader.readCount("a combination's start")
            return start..<start + (try reader.readCount("a combination's length"))
        }
    }

    private static func decodeInstructionList(
        _ reader: inout ByteReader, _ what: String
    ) throws(SectionError) -> [Instruction] {
        try reader.list(what, minimum: 48) { (reader) throws(SectionError) in
            let opcode = Opcode(rawValue: try reader.read(UInt16.self))
            #if !hasFeature(Embedded)
                guard InstructionCatalogue.definition(of: opcode) != nil else {
                    throw .unknown(what: "the instruction \(opcode.rawValue)")
                }
            #endif
            let repeats = Int(try reader.read(UInt32.self))
            let operands = try reader.list("operands", minimum: 11) { (reader) throws(SectionError) in
                let arena: Arena = try reader.readCase("the arena")
                let port = try reader.read(UInt16.self)
                return Operand(arena, port: Int(port), offset: try reader.readCount("an operand's offset"))
            }
            let parameters = try reader.readBytes("an instruction's parameters")
            let label = try reader.readName("an instruction's label")
            let multiplyAdds = try reader.readCount("the number of multiply-adds")
            return Instruction(
                opcode, operands: operands, parameters: parameters, label: label, multiplyAdds: multiplyAdds,
                repeats: repeats, cut: try decodeCut(&reader))
        }
    }

    private static func decodeCut(_ reader: inout ByteReader) throws(SectionError) -> Cut? {
        let number = try reader.read(UInt8.self)
        let parts = try reader.readCount("the number of parts")
        let follows = try reader.readFlag("whether parts follow others")
        if number == 0, parts == 0, !follows { return nil }
        guard let axis = Partition.Axis(rawValue: number) else {
            throw .unknown(what: "the way \(number) to cut an instruction")
        }
        return Cut(axis, parts: parts, follows: follows)
    }

    /// A name of a file in an error: as much of it as one wants to read.
    private static func shown(_ name: String) -> String { "'\(name.prefix(40))'" }
}

// These are generic, and would look up types at run time if they were part of another module: longer than reading a plan takes.
extension ByteReader {
    /// A list whose elements take at least `minimum` bytes each.
    fileprivate mutating func list<Element>(
        _ what: String, minimum: Int, _ body: (inout ByteReader) throws(SectionError) -> Element
    ) throws(SectionError) -> [Element] {
        var list: [Element] = []
        let count = try readListCount(what, minimum: minimum)
        list.reserveCapacity(count)
        for _ in 0..<count { list.append(try body(&self)) }
        return list
    }

    /// A value of an enumeration, a byte.
    fileprivate mutating func readCase<Value: RawRepresentable<UInt8>>(
        _ what: String
    ) throws(SectionError) -> Value {
        let raw = try read(UInt8.self)
        guard let value = Value(rawValue: raw) else { throw .unknown(what: "\(what) \(raw)") }
        return value
    }
}
