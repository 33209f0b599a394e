import ApusCommandLine
import ApusInstructions
import ApusPlan

/// A part of a plan's run.
struct PlanStage {
    var name: String
    var title: String
    var instructions: [Instruction]
    /// Samples that an instruction computes at most.
    var samples: Int

    /// The stages of a plan that have instructions.
    static func of(_ plan: Plan) -> [PlanStage] {
        let body = plan.bodyParts.map { part in
            PlanStage(
                name: part.isCombination ? "combination" : "body",
                title: part.isCombination
                    ? "combination, once a run"
                    : "body, for each \(plan.combinations.isEmpty ? "micro-batch" : "shard")",
                instructions: Array(plan.body[part.range]), samples: part.isCombination ? 1 : plan.microBatch)
        }
        let prologue = PlanStage(
            name: "prologue", title: "prologue, once a run", instructions: plan.prologue, samples: 1)
        let epilogue = PlanStage(
            name: "epilogue", title: "epilogue, once a run", instructions: plan.epilogue, samples: 1)
        return ([prologue] + body + [epilogue]).filter { !$0.instructions.isEmpty }
    }
}

/// An operand with what its kernel does to it.
struct OperandDescription {
    var name: String
    /// The arena and the offset, `activations + 1,024`.
    var place: String
    var size: String
    var access: String
    var isMissing: Bool
}

extension Instruction {
    /// The operands with the names that the instruction gives them, for the most samples that it computes.
    func described(in stage: PlanStage, of plan: Plan) -> [OperandDescription] {
        // A plan was verified when it was read: its extents can be had.
        let extents = (try? extents(samples: stage.samples, lanes: plan.target.lanes)) ?? []
        return operands.enumerated().map { index, operand in
            let extent = index < extents.count ? extents[index] : nil
            return OperandDescription(
                name: extent?.name ?? "operand \(index)", place: operand.place(in: plan),
                size: operand.arena == .none ? "" : extent.map { "\(formatCount($0.bytes.count)) B" } ?? "",
                access: operand.arena == .none ? "" : extent?.access.word ?? "", isMissing: operand.arena == .none)
        }
    }
}

extension Operand {
    /// `constants + 576`; ports by their names.
    func place(in plan: Plan) -> String {
        let ports = arena == .input ? plan.inputs : plan.outputs
        return switch arena {
        case .none: "none"
        case .input, .output:
            "\(arena) \(Int(port) < ports.count ? ports[Int(port)].name : "?") + \(formatCount(offset))"
        case .arguments: "arguments"
        default: "\(arena) + \(formatCount(offset))"
        }
    }
}

extension OperandExtent.Access {
    /// `read`, `written`, or `updated` for both.
    var word: String {
        switch self {
        case .read: "read"
        case .write: "written"
        case .update: "updated"
        case .scratch: "scratch"
        }
    }
}
