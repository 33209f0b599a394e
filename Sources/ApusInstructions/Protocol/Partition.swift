/// A way to cut an instruction into parts that threads compute beside each other. Together the parts give the bits that the
/// instruction gives, wherever it is cut: each element of the results is computed by one part, in the order in which the whole would
/// compute it.
package struct Partition: Sendable {
    /// What is cut. The raw values are those of plan files.
    package enum Axis: UInt8, Sendable, CaseIterable {
        /// Elements that are computed each by itself.
        case elements = 1
        /// Rows of an image, or of a matrix.
        case rows = 2
        /// Blocks of channels that are made.
        case blocks = 3
        /// Columns of a matrix.
        case columns = 4
        /// Matrices, heads or other things of a sample that have nothing to do with each other.
        case products = 5
        /// The samples that the kernel computes for one of the batch's.
        case repeats = 6
    }

    /// The same kind of instruction for some of the units.
    package struct Part: Sendable, Equatable {
        package var parameters: [UInt8]
        /// Bytes to add to the address of each operand.
        package var offsets: [Int]

        package init(parameters: [UInt8], offsets: [Int]) {
            self.parameters = parameters
            self.offsets = offsets
        }
    }

    package var axis: Axis
    /// How many there are of what is never cut through: a tile's rows, a pair of blocks.
    package var units: Int
    /// Bytes that every part reads, however small it is.
    package var sharedBytes: Int
    /// Whether the results of the parts lie one after another in memory.
    package var isContiguous: Bool
    /// An operand that must be left out; nil where that doesn't matter.
    package var absent: Int?
    /// What is computed for these units, none of them outside of `0 ..< units` and at least one.
    package var part: @Sendable (_ units: Range<Int>) -> Part

    package init(
        _ axis: Axis, units: Int, sharedBytes: Int = 0, isContiguous: Bool = true, absent: Int? = nil,
        part: @escaping @Sendable (_ units: Range<Int>) -> Part
    ) {
        self.axis = axis
        self.units = units
        self.sharedBytes = sharedBytes
        self.isContiguous = isContiguous
        self.absent = absent
        self.part = part
    }

    /// Elements of which a cache line holds a whole number, and so does every vector: ranges of elements begin at multiples of it.
    package static let elementStep = 16

    /// Ranges of `elements` elements.
    ///
    /// - Parameters:
    ///   - elementBytes: bytes from one element to the next, for each operand: 0 for one that is whole for every range.
    ///   - parameters: the parameters of the same instruction for so many elements.
    package init(
        elements: Int, elementBytes: [Int], parameters: @escaping @Sendable (_ elements: Int) -> [UInt8]
    ) {
        self.init(.elements, units: (elements + Self.elementStep - 1) / Self.elementStep) { units in
            let start = units.lowerBound * Self.elementStep
            return Part(
                parameters: parameters(min(units.upperBound * Self.elementStep, elements) - start),
                offsets: elementBytes.map { $0 * start })
        }
    }
}
