import ApusJSON
import ApusPlan

/// A plan as JSON, without its constants.
struct PlanRecord {
    private let plan: Plan

    init(_ plan: Plan) { self.plan = plan }

    var value: JSONValue {
        .object([
            .init("plan", .string(plan.name)), .init("target", .string(plan.target.rawValue)),
            .init("batch_bound", .integer(plan.batchBound)), .init("micro_batch", .integer(plan.microBatch)),
            .init("shards", .integer(plan.shards)),
            .init("inputs", .array(plan.inputs.map(port))), .init("outputs", .array(plan.outputs.map(port))),
            .init("constant_bytes", .integer(plan.constants.count)), .init("state_bytes", .integer(plan.stateBytes)),
            .init("reduction_bytes", .integer(plan.reductionBytes)),
            .init("activation_bytes", .integer(plan.activationBytes)),
            .init("bound_bytes", .integer(plan.activationBound)), .init("optimal", .bool(plan.isOptimal)),
            .init("multiply_adds", .integer(plan.multiplyAdds)),
            .init("fused", JSONValue(plan.fused)), .init("labels", JSONValue(plan.labels)),
            .init("instructions", .array(PlanStage.of(plan).flatMap(instructions))),
            .init("buffers", .array(plan.buffers.map(buffer))), .init("state", .array(plan.slices.map(slice))),
        ])
    }

    private func port(_ port: Port) -> JSONValue {
        [
            "name": .string(port.name), "element_type": .string(port.elementType == .f32 ? "f32" : "i32"),
            "sample_shape": JSONValue(port.sampleShape),
        ]
    }

    private func instructions(_ stage: PlanStage) -> [JSONValue] {
        stage.instructions.map { instruction in
            let extents = (try? instruction.extents(samples: stage.samples, lanes: plan.target.lanes)) ?? []
            let operands = instruction.operands.enumerated().map { index, operand -> JSONValue in
                let extent = index < extents.count ? extents[index] : nil
                return [
                    "name": extent.map { .string($0.name) } ?? .null, "arena": .string("\(operand.arena)"),
                    "port": .integer(Int(operand.port)), "offset": .integer(operand.offset),
                    "bytes": extent.map { .integer($0.bytes.count) } ?? .null,
                    "access": extent.map { .string($0.access.word) } ?? .null,
                ]
            }
            return [
                "stage": .string(stage.name), "kernel": .string("\(instruction.opcode)"),
                "value": .string(instruction.label), "multiply_adds": .integer(instruction.multiplyAdds),
                "how": instruction.choice(lanes: plan.target.lanes).map { .string($0) } ?? .null,
                "cut": instruction.cut.map { .string($0.description) } ?? .null,
                "operands": .array(operands),
            ]
        }
    }

    private func buffer(_ buffer: BufferPlacement) -> JSONValue {
        [
            "name": .string(buffer.name), "offset": .integer(buffer.offset), "bytes": .integer(buffer.size),
            "first_use": .integer(buffer.firstUse), "last_use": .integer(buffer.lastUse),
        ]
    }

    private func slice(_ slice: StateSlice) -> JSONValue {
        [
            "name": .string(slice.name), "kind": .string("\(slice.kind)"), "shape": JSONValue(slice.shape),
            "offset": .integer(slice.offset),
        ]
    }
}
