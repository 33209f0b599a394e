import ApusInstructions
import ApusPlan

/// Where a value is while the plan is being made.
enum Place: Equatable {
    case none
    /// A buffer of the activation arena, whose offset is not yet known.
    case activation(buffer: Int)
    case fixed(Operand)
}

/// A batched value in memory.
struct Stored {
    var place: Place
    var layout: ImageLayout

    /// Whether reading it as rows of plain elements needs no copy.
    var isPlain: Bool { layout.channelBlock == 1 && !layout.hasBorder }
    /// Whether it is a single pixel, where blocked and plain order are the same.
    var isRow: Bool { layout.height == 1 && layout.width == 1 && !layout.hasBorder }
    var isExternal: Bool {
        if case .fixed(let operand) = place { operand.arena == .input } else { false }
    }
}

extension ImageLayout {
    /// Whether the channels fill blocks of `lanes`, one pixel after the other: then its elements are a row in another order.
    func hasWholeBlocks(lanes: Int) -> Bool {
        Int(channelBlock) == lanes && Int(channels).isMultiple(of: lanes) && !hasBorder
    }
}

/// A value without a batch dimension in memory: plain f32.
struct Whole {
    var place: Operand
    var shape: [Int]
    var elements: Int { shape.reduce(1, *) }
}

/// An instruction whose activation operands are still numbers of buffers.
struct PendingInstruction {
    var opcode: Opcode
    var operands: [Place]
    var parameters: [UInt8]
    var label: String
    var multiplyAdds: Int
}

/// A sum over samples that the body adds to, and how the epilogue makes a plain value of it.
struct Reduction {
    enum Form {
        case copy(count: Int)
        case unpack(PackParameters)
    }
    var value: Int
    var operand: Operand
    var form: Form
}

/// The bytes of a parameter structure, as they are stored in a plan.
func bytes<Structure: BitwiseCopyable>(of structure: Structure) -> [UInt8] {
    var copy = structure
    return unsafe withUnsafeBytes(of: &copy) { unsafe Array($0) }
}
