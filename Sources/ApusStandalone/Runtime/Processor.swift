import ApusInstructions
public import ApusPlan
import CPlatform

/// The processor at hand.
public enum Processor {
    /// The targets that this processor runs, best first.
    public static var targets: [Target] {
        switch apus_instruction_set_level() {
        case 4: [.avx512, .avx2, .baseline]
        case 3: [.avx2, .baseline]
        default: [.baseline]
        }
    }

    /// The kernel for an instruction: those of one target are linked.
    static func kernel(for opcode: Opcode, on target: Target) throws(SessionError) -> Kernel {
        guard targets.contains(target) else { throw SessionError.wrongTarget(plan: target, processor: targets[0]) }
        guard let kernel = unsafe linkedKernel(for: opcode) else {
            throw SessionError.missingKernel(opcode: opcode.rawValue, target: target)
        }
        return unsafe kernel
    }
}

/// The function of the kernel module that the program is linked with: the linker gives it this name.
@_silgen_name("apus_kernel")
private func linkedKernel(for opcode: Opcode) -> Kernel?
