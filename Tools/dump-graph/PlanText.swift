import ApusCommandLine
import ApusPlan
import ApusText
import ApusToolSupport
import Glibc

/// The instructions of a plan as people read them.
struct PlanText {
    private let plan: Plan
    private let terminal = Terminal(descriptor: STDOUT_FILENO)

    init(_ plan: Plan) { self.plan = plan }

    /// Each instruction with its operands, a line for each.
    var text: String {
        var lines = heading
        for stage in PlanStage.of(plan) {
            lines += ["", terminal.styled(stage.title, .bold)]
            for (index, instruction) in stage.instructions.enumerated() {
                lines += ["", title(of: instruction, index)]
                var table = Table([.left, .left, .right, .left])
                for operand in instruction.described(in: stage, of: plan) {
                    table.add("      \(operand.name)", operand.place, operand.size, operand.access)
                }
                lines += table.lines
            }
        }
        return lines.joined(separator: "\n")
    }

    private func title(of instruction: Instruction, _ index: Int) -> String {
        let work = instruction.multiplyAdds == 0 ? "" : ", \(formatCount(instruction.multiplyAdds)) multiply-adds"
        let kernel = terminal.styled("\(instruction.opcode)", .cyan)
        let choice = instruction.choice(lanes: plan.target.lanes).map { ", \($0)" } ?? ""
        let cut = instruction.cut.map { ", \($0)" } ?? ""
        return "  \(index)  \(kernel) for \(printable(instruction.label))\(work)\(choice)\(cut)"
    }

    /// A line for each instruction.
    var table: String {
        var lines = heading
        for stage in PlanStage.of(plan) {
            lines += ["", terminal.styled(stage.title, .bold)]
            var table = Table([.right, .left, .left, .left, .left, .right, .left])
            table.add("", "kernel", "for", "reads", "writes", "multiply-adds", "how")
            for (index, instruction) in stage.instructions.enumerated() {
                let operands = instruction.described(in: stage, of: plan).filter { !$0.isMissing }
                table.add(
                    "\(index)", "\(instruction.opcode)", instruction.label,
                    operands.filter { $0.access != "written" && $0.access != "scratch" }.map(\.place).joined(
                        separator: ", "),
                    operands.filter { $0.access != "read" }.map(\.place).joined(separator: ", "),
                    instruction.multiplyAdds == 0 ? "" : formatCount(instruction.multiplyAdds),
                    [instruction.choice(lanes: plan.target.lanes), instruction.cut?.description].compactMap { $0 }
                        .joined(separator: ", "))
            }
            lines += table.lines
        }
        return lines.joined(separator: "\n")
    }

    private var heading: [String] {
        let name = terminal.styled(printable(plan.name), .bold)
        var facts = Table([.left, .right, .left])
        facts.add("constants", bytes(plan.constants.count))
        facts.add("state", bytes(plan.stateBytes))
        facts.add("activations", bytes(plan.activationBytes), bound)
        if plan.reductionBytes > 0 {
            facts.add("reductions", bytes(plan.reductionBytes), "for each of \(formatCount(plan.shards)) shards")
        }
        facts.add("multiply-adds", formatCount(plan.multiplyAdds), "for a sample")
        var ports = Table([.left, .left, .left])
        for input in plan.inputs { ports.add("input", input.name, input.typeText) }
        for output in plan.outputs { ports.add("output", output.name, output.typeText) }
        return [
            "plan \(name): the kernels of \(plan.target.rawValue), \(plan.target.lanes) lanes; batches of up to "
                + "\(formatCount(plan.batchBound)), \(formatCount(plan.microBatch)) at once",
            "",
        ] + facts.lines + [""] + ports.lines
    }

    private var bound: String {
        let arenas = plan.combinations.isEmpty ? "" : "for each of \(formatCount(plan.shards)) shards, "
        if plan.activationBytes == plan.activationBound { return arenas + "the lower bound" }
        return arenas + "the lower bound is \(bytes(plan.activationBound))"
            + (plan.isOptimal ? "; proven optimal" : "")
    }

    private func bytes(_ count: Int) -> String { "\(formatCount(count)) B" }
}
