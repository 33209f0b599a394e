/// The number of a kind of instruction in plan files. Each kind's file declares its own; a number is never used again.
package struct Opcode: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    package let rawValue: UInt16

    package init(rawValue: UInt16) { self.rawValue = rawValue }

    /// The name of the kind, such as `convolution`.
    package var description: String {
        InstructionCatalogue.definition(of: self)?.name ?? "instruction \(rawValue)"
    }
}
