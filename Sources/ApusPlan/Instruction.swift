package import ApusInstructions

/// Where an instruction finds one of its operands.
package struct Operand: Sendable, Hashable {
    package var arena: Arena
    /// The number of the input or output, for those arenas; else 0.
    package var port: UInt16
    /// Bytes from the arena's start, or from the start of the port's first sample.
    package var offset: Int

    package init(_ arena: Arena, port: Int = 0, offset: Int = 0) {
        self.arena = arena
        self.port = UInt16(port)
        self.offset = offset
    }

    /// An operand that is left out.
    package static let none = Operand(.none)
}

/// One call of a kernel.
package struct Instruction: Sendable, Equatable {
    package var opcode: Opcode
    package var operands: [Operand]
    /// The bytes of the parameter structure that the opcode's documentation names.
    package var parameters: [UInt8]
    /// The name of the value that it makes.
    package var label: String
    /// Multiply-adds for one sample (or for one call, outside the body), with all of its repeats.
    package var multiplyAdds: Int
    /// The kernel is called with so many samples for each of the batch's, 1 to ``InstructionCatalogue/repeatLimit``.
    package var repeats: Int
    /// How threads share it where a sample is answered by several; nil where one thread does better by itself.
    package var cut: Cut?

    package init(
        _ opcode: Opcode, operands: [Operand], parameters: [UInt8], label: String, multiplyAdds: Int = 0,
        repeats: Int = 1, cut: Cut? = nil
    ) {
        self.opcode = opcode
        self.operands = operands
        self.parameters = parameters
        self.label = label
        self.multiplyAdds = multiplyAdds
        self.repeats = repeats
        self.cut = cut
    }
}
