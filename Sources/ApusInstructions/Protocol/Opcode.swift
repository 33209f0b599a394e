/// The number of a kind of instruction in plan files. Each kind's file declares its own; a number is never used again. Number 50 is
/// one that plans had.
package struct Opcode: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) { self.rawValue = rawValue }

    package static func == (left: Opcode, right: Opcode) -> Bool { left.rawValue == right.rawValue }

    /// For the kernel tables: a generic function would be compiled into each of the kernel modules, and shared by the linker.
    package static func ~= (pattern: Opcode, opcode: Opcode) -> Bool { pattern.rawValue == opcode.rawValue }
}

#if !hasFeature(Embedded)
    extension Opcode: CustomStringConvertible {
        /// The name of the kind, such as `convolution`.
        package var description: String {
            InstructionCatalogue.definition(of: self)?.name ?? "instruction \(rawValue)"
        }
    }
#endif
