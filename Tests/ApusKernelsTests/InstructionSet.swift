import ApusInstructions
import ApusKernels
import CPlatform

#if arch(x86_64)
    import ApusKernelsV3
    import ApusKernelsV3VNNI
    import ApusKernelsV4
    import ApusKernelsV4BF16
    import ApusKernelsV4VNNI
#endif

/// One compiled set of kernels that this processor can run.
struct InstructionSet: Sendable, CustomStringConvertible {
    let description: String
    /// Lanes of its vector: "V" in the instructions' documentation.
    let lanes: Int
    let kernel: @Sendable (Opcode) -> Kernel?

    /// Every set that this processor can run, the narrowest first.
    static let available: [InstructionSet] = {
        var sets = [
            InstructionSet(description: "baseline", lanes: ApusKernels.vectorLanes) { ApusKernels.kernel(for: $0) }
        ]
        #if arch(x86_64)
            let level = apus_instruction_set_level()
            if level >= 3 {
                sets.append(
                    InstructionSet(description: "x86-64-v3", lanes: ApusKernelsV3.vectorLanes) {
                        ApusKernelsV3.kernel(for: $0)
                    })
            }
            if level >= 4 {
                sets.append(
                    InstructionSet(description: "x86-64-v4", lanes: ApusKernelsV4.vectorLanes) {
                        ApusKernelsV4.kernel(for: $0)
                    })
            }
        #endif
        return sets
    }()

    /// The same, and those that multiply bytes by fours, which have kernels for bytes alone.
    static let ofBytes: [InstructionSet] = {
        var sets = available
        #if arch(x86_64)
            let level = apus_instruction_set_level()
            if level >= 3, apus_multiplies_bytes(256) {
                sets.append(
                    InstructionSet(description: "x86-64-v3 with VNNI", lanes: ApusKernelsV3.vectorLanes) {
                        ApusKernelsV3VNNI.quantizedKernel(for: $0)
                    })
            }
            if level >= 4, apus_multiplies_bytes(512) {
                sets.append(
                    InstructionSet(description: "x86-64-v4 with VNNI", lanes: ApusKernelsV4.vectorLanes) {
                        ApusKernelsV4VNNI.quantizedKernel(for: $0)
                    })
            }
        #endif
        return sets
    }()
    /// The same, and the one that multiplies pairs of bf16, which has kernels for bf16 alone.
    static let ofBFloats: [InstructionSet] = {
        var sets = available
        #if arch(x86_64)
            if apus_instruction_set_level() >= 4, apus_multiplies_bfloats() {
                sets.append(
                    InstructionSet(description: "x86-64-v4 with BF16", lanes: ApusKernelsV4.vectorLanes) {
                        ApusKernelsV4BF16.bfloat16Kernel(for: $0)
                    })
            }
        #endif
        return sets
    }()
}
