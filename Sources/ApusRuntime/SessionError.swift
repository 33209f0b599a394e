public import ApusPlan

/// Why a plan can't be run.
public enum SessionError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The plan is for an instruction set that this processor lacks.
    case wrongTarget(plan: Target, processor: Target)
    /// The file that the plan's constants lie in was cut short while they were used: what came of the run is wrong.
    case fileCutShort(path: String)
    /// `APUS_TARGET` names no target, or one that this processor lacks.
    case unknownTarget(String)
    case outOfMemory(bytes: Int)
    /// The arenas take more than the process gives a session.
    case memoryLimit(bytes: Int, limit: Int)
    case noThread(code: Int32)
    /// There is no kernel for an instruction.
    case missingKernel(opcode: UInt16, target: Target)
    case batchOutOfRange(batch: Int, bound: Int)
    /// What is given for a port, or makes room for it, has too many or too few elements.
    case wrongElementCount(port: String, expected: Int, given: Int)
    /// What is given for a port, or makes room for it, is of another type.
    case wrongElementType(port: String, expected: Port.ElementType, given: Port.ElementType)
    /// What is given for a port has dimensions that it doesn't have. `expected` is the port's type.
    case wrongShape(port: String, expected: String, given: [Int])
    /// The plan has no input or output of that name. `near` is one that is spelled nearly so.
    case unknownPort(String, near: String?, ports: [String])
    /// Nothing is given for an input, or no memory for an output.
    case missingPort(String)
    /// Something else is the value of the port already.
    case boundTwice(String)
    /// The memory is bound to the ports of another plan.
    case otherPlan(bound: String, session: String)
    /// Two spans serve plans of one input and one output, both f32, and this one has others.
    case severalPorts(inputs: [String], outputs: [String])
    /// The ranks of a run can't share a step of this plan.
    case notDistributable(plan: String)
    /// Another of the processes that share a run is gone.
    case lostRank(String)

    public var description: String {
        switch self {
        case .wrongTarget(let plan, let processor):
            "the plan is for \(plan.rawValue) and this processor runs \(processor.rawValue): it has no \(plan.needs); "
                + "compile the model again with --target \(processor.rawValue), or run the plan on a processor with "
                + plan.needs
        case .fileCutShort(let path):
            "\(path): was cut short while its constants were used, so that the last answers are wrong; "
                + "copy or compile it again, and replace such files by renaming others"
        case .unknownTarget(let name):
            "this processor has no target '\(name)'; APUS_TARGET takes one of "
                + Processor.targets.map { $0.rawValue }.joined(separator: ", ")
        case .outOfMemory(let bytes):
            "the system has no \(bytes) bytes of memory for an arena; use a smaller batch or fewer threads"
        case .memoryLimit(let bytes, let limit):
            "the session takes \(bytes) bytes of memory, more than the limit of \(limit); "
                + "use a smaller batch or fewer threads, or raise the limit"
        case .noThread(let code):
            "the system makes no further thread (error \(code)); use fewer threads"
        case .missingKernel(let opcode, let target):
            "there is no kernel for instruction \(opcode) on \(target.rawValue); compile the plan again"
        case .batchOutOfRange(let batch, let bound):
            "a batch of \(batch) is not from 1 to the plan's bound of \(bound); "
                + (batch < 1
                    ? "give at least one sample" : "give fewer samples, or compile the model with a larger bound")
        case .wrongElementCount(let port, let expected, let given):
            "'\(port)' takes \(expected) elements and was given \(given); give whole samples, as many for all ports"
        case .wrongElementType(let port, let expected, let given):
            "'\(port)' is \(expected.rawValue) and was given \(given.rawValue); give \(expected.remedy)"
        case .wrongShape(let port, let expected, let given):
            "'\(port)' is \(expected) and was given the shape \(given); "
                + "give it that shape, N being the number of samples, or leave the shape out"
        case .unknownPort(let name, let near, let ports):
            "the plan has no port '\(name)'; "
                + (near.map { "did you mean '\($0)'?" } ?? "it has \(ports.joined(separator: ", "))")
        case .missingPort(let name):
            "nothing is given for '\(name)'; every input needs a value, and every output room for it"
        case .boundTwice(let name):
            "'\(name)' has a span already; begin with new bindings to use others"
        case .otherPlan(let bound, let session):
            "the spans are bound to ports of '\(bound)', and the session runs '\(session)', whose ports differ; "
                + "make bindings from the session's plan"
        case .severalPorts(let inputs, let outputs):
            "two spans serve a plan with one input and one output of f32, and this one has the inputs "
                + "\(list(inputs)) and the outputs \(list(outputs)); give values by their names"
        case .notDistributable(let plan):
            "the samples of '\(plan)' can't be dealt to several processes: its last stage reads what only the first one has; "
                + "train it with one"
        case .lostRank(let what):
            "\(what): the processes that share a run end with any of them"
        }
    }
}

extension Target {
    /// What a processor must have to run it.
    fileprivate var needs: String {
        switch self {
        case .baseline: "SSE2"
        case .avx2: "AVX2 and FMA"
        case .avx512: "AVX-512"
        case .arm64: "NEON"
        }
    }
}

private func list(_ names: [String]) -> String { names.isEmpty ? "(none)" : names.joined(separator: ", ") }

extension Port.ElementType {
    /// What Swift code passes for it.
    fileprivate var remedy: String {
        switch self {
        case .f32: "an array or span of Float"
        case .f64: "an array or span of Double"
        case .f16: "an array or span of Float16"
        case .bf16: "bytes with the element type bf16"
        case .bool: "an array or span of Bool"
        case .i8, .i16, .i32, .i64: "an array or span of Int\(8 * size)"
        case .u8, .u16, .u32, .u64: "an array or span of UInt\(8 * size)"
        }
    }
}
