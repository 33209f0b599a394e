import ApusInstructions
import ApusPlan
import InstructionSamples

/// The bytes of so many samples that an instruction of four lanes touches, or why there is none with these parameters.
func touchedBytes(_ opcode: Opcode, _ parameters: some BitwiseCopyable, samples: Int) -> String {
    let instruction = Instruction(opcode, operands: [], parameters: bytes(of: parameters), label: "x")
    do {
        return try instruction.extents(samples: samples, lanes: 4).map { "\($0.name) \($0.bytes)" }
            .joined(separator: ", ")
    } catch {
        return error.description
    }
}
