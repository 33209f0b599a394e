import ApusGraph
import ApusInstructions
import ApusPlan

/// Where a value is while the plan is being made.
enum Place: Equatable {
    case none
    /// In a buffer of the activation arena, whose offset is not yet known, so many bytes from the buffer's start.
    case activation(buffer: Int, offset: Int = 0)
    case fixed(Operand)
}

/// A value of the body in memory. A view of a value is another `Stored` with the same place.
struct Stored {
    var place: Place
    /// How one image of a sample lies; values that are no images are one row.
    var layout: ImageLayout
    var elementType = ElementType.f32
    /// Images of a sample, that lie a `sampleStride` of the layout apart: an instruction repeats for each.
    var imageCount = 1

    /// Whether reading it as rows of plain elements needs no copy.
    var isPlain: Bool {
        layout.channelBlock == 1 && !layout.hasBorder
            && (imageCount == 1 || Int(layout.sampleStride) == layout.sampleElements)
    }
    /// Whether it is a single pixel, where blocked and plain order are the same.
    var isRow: Bool { layout.height == 1 && layout.width == 1 && !layout.hasBorder && imageCount == 1 }
    /// Elements from one sample to the next; 0 where all samples have the value in common.
    var sampleStride: Int { Int(layout.sampleStride) * imageCount }
    /// Whether it is all of a buffer, so that memory up to its sample stride is its own.
    var startsBuffer: Bool {
        switch place {
        case .none: false
        case .activation(_, let offset): offset == 0
        case .fixed(let operand): operand.arena != .input
        }
    }
}

extension ImageLayout {
    /// Whether the channels fill blocks of `lanes`, one pixel after the other: then its elements are a row in another order.
    func hasWholeBlocks(lanes: Int) -> Bool {
        Int(channelBlock) == lanes && Int(channels).isMultiple(of: lanes) && !hasBorder
    }
}

/// A value in memory that is the same for all samples: plain elements.
struct Whole {
    var place: Operand
    var shape: [Int]
    var elementType = ElementType.f32
    var elements: Int { shape.reduce(1, *) }
}

/// An instruction whose activation operands are still numbers of buffers.
struct PendingInstruction {
    var opcode: Opcode
    var operands: [Place]
    var parameters: [UInt8]
    var label: String
    var multiplyAdds: Int
    /// Calls for each sample: the images that it has.
    var repeats = 1
    /// Whether it is run once, in the midst of the body, when all shards have come so far.
    var isCombination = false

    /// The instruction of the plan.
    ///
    /// - Parameter offsets: where each buffer is in the activation arena.
    func placed(_ offsets: [Int]) -> Instruction {
        let operands = operands.map { place in
            switch place {
            case .none: Operand.none
            case .activation(let buffer, let offset): Operand(.activations, offset: offsets[buffer] + offset)
            case .fixed(let operand): operand
            }
        }
        return Instruction(
            opcode, operands: operands, parameters: parameters, label: label, multiplyAdds: multiplyAdds,
            repeats: repeats)
    }
}

/// The bytes of a parameter structure, as they are stored in a plan.
func bytes<Structure: BitwiseCopyable>(of structure: Structure) -> [UInt8] {
    var copy = structure
    return unsafe withUnsafeBytes(of: &copy) { unsafe Array($0) }
}
