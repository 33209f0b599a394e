extension Opcode {
    /// `source, unfolded` · ``UnfoldParameters``
    package static let unfold = Opcode(rawValue: 134)
    /// `unfolded, source gradient` · ``UnfoldParameters``
    package static let fold = Opcode(rawValue: 135)
}

/// The places of windows as the rows of a matrix, so that a convolution becomes a matrix product.
///
/// **unfold**: `unfolded[c, i, j, k, p]` is the source's element in channel `c` at place `(i, j, k)` of the window at position
/// `firstPosition + p`, and 0 where that is outside; places and positions are as in ``WindowParameters``. Rows are `rowStride`
/// elements apart. Positions can be cut into ranges, and channels into groups by the operands' offsets, so that the unfolded
/// matrix stays small.
///
/// **fold** is the adjoint: it adds each element of the matrix to the source gradient's element that it came from, in the order of
/// `i`, `j`, `k` and then of the positions. Where `clears` is 1, the source gradient is set to zero first.
package struct UnfoldParameters: Sendable, BitwiseCopyable {
    package var channels: Int32
    /// Extents of the source.
    package var source: Three
    /// Positions of the window.
    package var destination: Three
    package var window: Three
    package var stride: Three = (1, 1, 1)
    package var dilation: Three = (1, 1, 1)
    package var padding: Three = (0, 0, 0)
    package var firstPosition: Int32 = 0
    package var positionCount: Int32
    package var rowStride: Int32
    package var clears: Int32 = 0
    package var sourceSampleStride: Int32
    package var unfoldedSampleStride: Int32 = 0

    package init(channels: Int, source: Three, destination: Three, window: Three) {
        self.channels = Int32(channels)
        self.source = source
        self.destination = destination
        self.window = window
        positionCount = destination.0 * destination.1 * destination.2
        rowStride = positionCount
        sourceSampleStride = Int32(channels) * source.0 * source.1 * source.2
    }
}

/// What unfold and fold have in common.
private struct UnfoldExtents: Sendable {
    let parameters: UnfoldParameters
    private let sourceElements: Int
    private let unfoldedReach: ClosedRange<Int>
    private let rows: Int
    private let isEmpty: Bool

    init(_ bytes: ParameterBytes) throws(ParameterError) {
        parameters = try bytes.load(UnfoldParameters.self)
        let geometry = try CheckedWindow(
            outer: parameters.channels, source: parameters.source, destination: parameters.destination,
            window: parameters.window, stride: parameters.stride, dilation: parameters.dilation,
            padding: parameters.padding)
        let positions =
            Int(parameters.destination.0) * Int(parameters.destination.1) * Int(parameters.destination.2)
        let first = try checked(parameters.firstPosition, 0...positions, "the first position")
        let count = try checked(parameters.positionCount, 0...positions - first, "the number of positions")
        let rowStride = try checked(parameters.rowStride, count...Int(Int32.max), "the row's stride")
        _ = try checked(parameters.clears, 0...1, "the choice to clear")
        let rows = Int(parameters.channels) * geometry.places
        guard rows < 1 << 31 else { throw ParameterError("the unfolded matrix has 2^31 rows or more") }
        self.rows = rows
        sourceElements = geometry.sourceElements
        isEmpty = rows == 0 || count == 0
        unfoldedReach = 0...(isEmpty ? 0 : (rows - 1) * rowStride + count - 1)
    }

    /// All of the matrix, and what is cleared.
    func steps(samples: Int) -> Int { turns(samples, turns(rows, Int(parameters.positionCount)) + sourceElements) }

    func source(_ name: String, _ access: OperandExtent.Access, samples: Int) -> OperandExtent {
        OperandExtent(
            name, access,
            bytes: bytes(
                of: 0...max(0, sourceElements - 1), every: Int(parameters.sourceSampleStride), samples: samples,
                elementBytes: 4, isEmpty: sourceElements == 0), elementBytes: 4, isOptional: false)
    }

    func unfolded(_ access: OperandExtent.Access, samples: Int) -> OperandExtent {
        OperandExtent(
            "unfolded", access,
            bytes: bytes(
                of: unfoldedReach, every: Int(parameters.unfoldedSampleStride), samples: samples, elementBytes: 4,
                isEmpty: isEmpty), elementBytes: 4, isOptional: false)
    }
}

/// The places of windows as the rows of a matrix.
package struct UnfoldInstruction: InstructionDefinition {
    package static let opcode = Opcode.unfold
    package static let name = "unfold"
    private let extents: UnfoldExtents

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        extents = try UnfoldExtents(parameters)
    }

    package func steps(samples: Int) -> Int? { extents.steps(samples: samples) }

    package func operands(samples: Int) -> [OperandExtent] {
        [extents.source("source", .read, samples: samples), extents.unfolded(.write, samples: samples)]
    }
}

/// The adjoint of ``UnfoldInstruction``.
package struct FoldInstruction: InstructionDefinition {
    package static let opcode = Opcode.fold
    package static let name = "fold"
    private let extents: UnfoldExtents

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        extents = try UnfoldExtents(parameters)
    }

    package func steps(samples: Int) -> Int? { extents.steps(samples: samples) }

    package func operands(samples: Int) -> [OperandExtent] {
        [
            extents.unfolded(.read, samples: samples),
            extents.source("source gradient", extents.parameters.clears == 1 ? .write : .update, samples: samples),
        ]
    }
}
