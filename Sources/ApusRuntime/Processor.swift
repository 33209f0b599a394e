package import ApusInstructions
import ApusKernels
public import ApusPlan
import CPlatform
import Glibc

#if arch(x86_64)
    import ApusKernelsV3
    import ApusKernelsV3VNNI
    import ApusKernelsV4
    import ApusKernelsV4BF16
    import ApusKernelsV4VNNI
#endif

/// The processor at hand: which targets it runs, and their kernels.
public enum Processor {
    /// The targets that this processor runs, best first.
    public static let targets: [Target] = {
        #if arch(x86_64)
            switch apus_instruction_set_level() {
            case 4: [.avx512, .avx2, .baseline]
            case 3: [.avx2, .baseline]
            default: [.baseline]
            }
        #else
            [.arm64]
        #endif
    }()

    /// The target to compile for and to run: the best one, or what the environment variable `APUS_TARGET` names.
    public static func preferredTarget() throws(SessionError) -> Target {
        guard let name = unsafe getenv("APUS_TARGET") else { return targets[0] }
        let wanted = unsafe String(cString: name)
        guard let target = Target(rawValue: wanted), targets.contains(target) else {
            throw SessionError.unknownTarget(wanted)
        }
        return target
    }

    /// Whether the processor multiplies bytes of a target's vectors by fours: those kernels give the same bits in less time.
    static func multipliesBytes(of target: Target) -> Bool {
        apus_multiplies_bytes(target == .avx512 ? 512 : 256)
    }

    /// Whether the processor multiplies pairs of bf16 of a target's vectors: those kernels give the same bits in less time.
    static func multipliesBFloats(of target: Target) -> Bool { target == .avx512 && apus_multiplies_bfloats() }

    /// The kernel for an instruction on a target.
    package static func kernel(for opcode: Opcode, on target: Target) throws(SessionError) -> Kernel {
        guard targets.contains(target) else { throw SessionError.wrongTarget(plan: target, processor: targets[0]) }
        let found: Kernel? =
            switch target {
            #if arch(x86_64)
                case .avx512:
                    unsafe (multipliesBytes(of: .avx512) ? ApusKernelsV4VNNI.quantizedKernel(for: opcode) : nil)
                        ?? (multipliesBFloats(of: .avx512) ? ApusKernelsV4BF16.bfloat16Kernel(for: opcode) : nil)
                        ?? ApusKernelsV4.kernel(for: opcode)
                case .avx2:
                    unsafe (multipliesBytes(of: .avx2) ? ApusKernelsV3VNNI.quantizedKernel(for: opcode) : nil)
                        ?? ApusKernelsV3.kernel(for: opcode)
            #endif
            default: unsafe ApusKernels.kernel(for: opcode)
            }
        guard let found = unsafe found else {
            throw SessionError.missingKernel(opcode: opcode.rawValue, target: target)
        }
        return unsafe found
    }
}
