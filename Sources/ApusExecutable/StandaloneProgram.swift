package import ApusFiles
package import ApusPlan
import Glibc

/// A program that carries a plan for inference: one file for any Linux of the processors that the plan's target is for.
package struct StandaloneProgram {
    /// What the program can do.
    package enum Form: String, Sendable, CaseIterable {
        /// All that `apus-infer` does with a plan on one thread.
        case full
        /// It answers raw samples.
        case minimal
    }

    /// The program's file.
    package let bytes: [UInt8]

    /// - Parameter folder: where `scripts/build-standalone` put the programs without a plan.
    /// - Throws: ``ExecutableError`` where there is none for the plan, or the plan is of a kind that it doesn't run.
    package init(_ plan: Plan, _ form: Form, from folder: String) throws(ExecutableError) {
        try Self.check(plan, form)
        let path = "\(folder)/\(form.rawValue)-\(plan.target.rawValue)"
        let program = try ExecutableFile(try Self.read(path), name: path)
        let list = "\(path).parts"
        let parts = try ProgramParts(String(decoding: try Self.read(list), as: UTF8.self), name: list)
        let opcodes = Set(plan.body.map { Int($0.opcode.rawValue) })
        bytes = try program.carrying(PlanFile.encode(plan), without: parts.unneeded(for: opcodes))
    }

    private static func read(_ path: String) throws(ExecutableError) -> [UInt8] {
        do { return try readFile(path) } catch { throw ExecutableError(error.description) }
    }

    /// Refuses a plan that the program doesn't run.
    private static func check(_ plan: Plan, _ form: Form) throws(ExecutableError) {
        guard plan.stateBytes == 0, !plan.outputs.isEmpty, plan.prologue.isEmpty, plan.epilogue.isEmpty else {
            throw ExecutableError("this is a plan for training; a standalone program carries one for inference")
        }
        guard !plan.couplesSamples else {
            throw ExecutableError(
                "in this network the answer to a sample depends on the others of its batch, which a standalone program "
                    + "doesn't know; use apus-infer")
        }
        guard form == .full || isRaw(plan) else {
            let inputs = plan.inputs.map(\.description)
            let outputs = plan.outputs.map(\.description)
            throw ExecutableError(
                "a minimal program takes raw samples of one f32 input, and gives one output for each; this network has "
                    + "\((inputs + outputs).joined(separator: ", ")); leave --minimal out")
        }
    }

    private static func isRaw(_ plan: Plan) -> Bool {
        plan.inputs.count == 1 && plan.outputs.count == 1 && plan.inputs[0].elementType == .f32
            && !plan.inputs[0].isShared && !plan.outputs[0].isShared
    }

    /// Writes the program: it appears whole or not at all, and can be run by whom the process's mask permits it.
    package func write(to path: String) throws(FileError) {
        var file = try AtomicFile(path, isProgram: true)
        try file.write(bytes)
        try file.commit()
    }

    /// The folder of the programs without a plan: what `APUS_STANDALONE` names, or the one that belongs to the tool that runs:
    /// `standalone` beside it, or `../lib/apus/standalone`.
    /// - Throws: ``ExecutableError`` where there is none.
    package static func folder() throws(ExecutableError) -> String {
        if let named = unsafe getenv("APUS_STANDALONE") { return unsafe String(cString: named) }
        let own = programFolder() ?? "."
        for folder in ["\(own)/standalone", "\(own)/../lib/apus/standalone"] where fileExists(folder) { return folder }
        throw ExecutableError(
            "the programs that a plan is put into are not there; make them with 'make standalone', or name their folder "
                + "in APUS_STANDALONE")
    }
}
