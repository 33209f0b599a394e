public import ApusPlan

/// Why a plan can't be run.
public enum SessionError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The plan is for an instruction set that this processor lacks.
    case wrongTarget(plan: Target, processor: Target)
    /// `APUS_TARGET` names no target, or one that this processor lacks.
    case unknownTarget(String)
    case outOfMemory(bytes: Int)
    case noThread(code: Int32)
    /// There is no kernel for an instruction.
    case missingKernel(opcode: UInt16, target: Target)
    case batchOutOfRange(batch: Int, bound: Int)
    case wrongElementCount(port: String, expected: Int, given: Int)
    /// Spans serve plans of one input and one output, and this one has others.
    case severalPorts([String])

    public var description: String {
        switch self {
        case .wrongTarget(let plan, let processor):
            "the plan is for \(plan.rawValue) and this processor runs \(processor.rawValue); "
                + "compile it again with --target \(processor.rawValue)"
        case .unknownTarget(let name):
            "this processor has no target '\(name)'; APUS_TARGET takes one of "
                + Processor.targets.map(\.rawValue).joined(separator: ", ")
        case .outOfMemory(let bytes):
            "the system has no \(bytes) bytes of memory for an arena; use a smaller batch or fewer threads"
        case .noThread(let code):
            "the system makes no further thread (error \(code)); use fewer threads"
        case .missingKernel(let opcode, let target):
            "there is no kernel for instruction \(opcode) on \(target.rawValue); compile the plan again"
        case .batchOutOfRange(let batch, let bound):
            "a batch of \(batch) is not from 1 to the plan's bound of \(bound); compile it with --batch \(max(batch, 1))"
        case .wrongElementCount(let port, let expected, let given):
            "'\(port)' takes \(expected) elements and was given \(given)"
        case .severalPorts(let names):
            "spans serve a plan with one input and one output, and this one has \(names.joined(separator: ", ")); "
                + "compile the model for inference, with one output"
        }
    }
}
