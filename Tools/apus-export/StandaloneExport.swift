import ApusCompiler
import ApusExecutable
import ApusFiles
import ApusGraph
import ApusJSON
import ApusPlan
import ApusToolSupport

/// A program that answers by itself, made of a model or of a plan.
struct StandaloneExport {
    let plan: Plan
    let form: StandaloneProgram.Form
    let program: StandaloneProgram

    /// - Parameters:
    ///   - file: what was named on the command line.
    ///   - name: what it is called in errors.
    init(
        _ file: LoadedFile, name: String, targets: TargetOptions, form: StandaloneProgram.Form
    ) throws(ToolError) {
        switch file {
        case .plan(let plan): self.plan = plan
        case .model(let model): plan = try Self.compile(model, name, targets)
        case .spec:
            throw ToolError(
                "\(name) is a spec, which has no weights; train it with apus-train, and give the run's folder")
        }
        self.form = form
        do {
            program = try StandaloneProgram(plan, form, from: try StandaloneProgram.folder())
        } catch { throw ToolError("\(name): \(error)") }
    }

    private static func compile(_ model: Model, _ name: String, _ targets: TargetOptions) throws(ToolError) -> Plan {
        let target = try targets.target()
        do {
            return try Compiler.inferencePlan(model, target: target, convolutions: targets.convolutions)
        } catch { throw ToolError(error, file: name) }
    }

    /// Writes the program, and says what it is.
    func write(to path: String, _ report: ReportOptions) throws {
        do { try program.write(to: path) } catch { throw ToolError(error) }
        let inputs = plan.inputs.map(\.description)
        let outputs = plan.outputs.map(\.description)
        guard !report.json else {
            return try printResult(
                JSONValue.object([
                    .init("model", .string(plan.name)), .init("target", .string(plan.target.rawValue)),
                    .init("form", .string(form.rawValue)), .init("inputs", JSONValue(inputs)),
                    .init("outputs", JSONValue(outputs)), .init("file_bytes", .integer(program.bytes.count)),
                    .init("plan_bytes", .integer(PlanFile.size(of: plan))),
                ]).pretty)
        }
        var table = Table([.left, .left])
        table.add("model", plan.name)
        table.add("runs on", "Linux on \(plan.target.rawValue) and better, without anything else")
        table.add("takes", inputs.joined(separator: ", "))
        table.add("gives", outputs.joined(separator: ", "))
        table.add("plan", describeBytes(PlanFile.size(of: plan)))
        table.add(path, describeBytes(program.bytes.count))
        try printResult(table.text)
    }
}
