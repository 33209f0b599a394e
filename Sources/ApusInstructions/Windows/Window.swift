extension Opcode {
    /// `source, destination, index?` · ``WindowParameters``
    package static let window = Opcode(rawValue: 131)
    /// `source?, destination gradient, source gradient` · ``WindowParameters``
    package static let windowGradient = Opcode(rawValue: 132)
}

/// Three numbers, one each for depth, height and width.
package typealias Three = (Int32, Int32, Int32)

/// Windows that slide over one to three dimensions of plain values `[outer, depth, height, width]`; dimensions that are missing
/// have size 1.
///
/// Place `i` of the window at position `p` is `p·stride + i·dilation − padding` of the source, in each dimension. Places outside
/// of the source do not count: not for the maximum, and for the average only as ``divisor`` says. A window without any place
/// inside gives −infinity for the maximum, and 0 for the others.
///
/// - **window**: all of the destination is written. The index of a maximum, where not null, is the flat index in the sample's
///   `[depth, height, width]` of `outer` (with `outer` counted in, where ``indexCountsOuter`` is 1) of the first of the
///   maximum, or of the first that is not a number; −1 where there is none.
/// - **windowGradient**: the source gradient is set to zero, and then every position's share is added, in the order of the
///   positions. The source may be left out for the average.
package struct WindowParameters: Sendable, BitwiseCopyable {
    /// What is computed of a window.
    package enum Operation: Int32, Sendable, CaseIterable {
        /// NaN where any place is.
        case maximum = 0
        case average = 1
        /// `(Σ |x|^p)^(1/p)`
        case norm = 2

        /// For the kernels, which would ask the standard library's generic function for it, and so the runtime, each time.
        package static func == (left: Self, right: Self) -> Bool { left.rawValue == right.rawValue }
    }

    /// What the sum of a window is divided by for the average.
    package enum Divisor: Int32, Sendable, CaseIterable {
        /// The places inside of the source.
        case inside = 0
        /// The places inside of the source and of the padding: of a window that reaches beyond the padding at the end, not
        /// all.
        case padded = 1
        /// All places of the window.
        case all = 2
    }

    package var operation: Int32
    package var outer: Int32
    /// Extents of the source.
    package var source: Three
    /// Positions of the window.
    package var destination: Three
    package var window: Three
    package var stride: Three = (1, 1, 1)
    package var dilation: Three = (1, 1, 1)
    /// Padding at the begin and, for ``Divisor/padded`` alone, at the end.
    package var padding: Three = (0, 0, 0)
    package var endPadding: Three = (0, 0, 0)
    package var divisor: Int32 = 0
    /// The norm's p, 1 or more.
    package var exponent: Float = 2
    /// Bytes of an index: 4 or 8.
    package var indexBytes: Int32 = 8
    package var indexCountsOuter: Int32 = 0
    package var sourceSampleStride: Int32
    package var destinationSampleStride: Int32
    package var indexSampleStride: Int32

    package init(operation: Operation, outer: Int, source: Three, destination: Three, window: Three) {
        self.operation = operation.rawValue
        self.outer = Int32(outer)
        self.source = source
        self.destination = destination
        self.window = window
        sourceSampleStride = Int32(outer) * source.0 * source.1 * source.2
        destinationSampleStride = Int32(outer) * destination.0 * destination.1 * destination.2
        indexSampleStride = destinationSampleStride
    }
}

/// The checked geometry of windows.
package struct CheckedWindow: Sendable {
    package let sourceElements: Int
    package let positions: Int
    package let places: Int

    package init(
        outer: Int32, source: Three, destination: Three, window: Three, stride: Three, dilation: Three, padding: Three
    ) throws(ParameterError) {
        let limit = 1 << 30
        let outer = try checked(outer, 0...limit, "the outer extent")
        // A zero must not hide a product that is too large in another order.
        var sourceElements = max(outer, 1)
        var positions = sourceElements
        var places = 1
        var hasPositions = outer > 0
        func multiply(_ product: inout Int, _ factor: Int, _ what: String) throws(ParameterError) {
            product *= max(factor, 1)
            guard product < 1 << 31 else { throw ParameterError("the \(what) has 2^31 elements or more") }
        }
        let all = [
            ("depth", source.0, destination.0, window.0, stride.0, dilation.0, padding.0),
            ("height", source.1, destination.1, window.1, stride.1, dilation.1, padding.1),
            ("width", source.2, destination.2, window.2, stride.2, dilation.2, padding.2),
        ]
        for (name, source, destination, window, stride, dilation, padding) in all {
            try multiply(&sourceElements, try checked(source, 1...limit, "the source's \(name)"), "source")
            try multiply(&positions, try checked(destination, 0...limit, "the destination's \(name)"), "destination")
            hasPositions = hasPositions && destination > 0
            try multiply(&places, try checked(window, 1...limit, "the window's \(name)"), "window")
            _ = try checked(stride, 1...limit, "the stride along the \(name)")
            _ = try checked(dilation, 1...limit, "the dilation along the \(name)")
            _ = try checked(padding, -limit...limit, "the padding along the \(name)")
        }
        self.sourceElements = outer > 0 ? sourceElements : 0
        self.positions = hasPositions ? positions : 0
        self.places = places
    }
}

/// What window and its gradient have in common.
private struct WindowExtents: Sendable {
    let parameters: WindowParameters
    let geometry: CheckedWindow

    init(_ bytes: ParameterBytes) throws(ParameterError) {
        parameters = try bytes.load(WindowParameters.self)
        geometry = try CheckedWindow(
            outer: parameters.outer, source: parameters.source, destination: parameters.destination,
            window: parameters.window, stride: parameters.stride, dilation: parameters.dilation,
            padding: parameters.padding)
        guard WindowParameters.Operation(rawValue: parameters.operation) != nil else {
            throw ParameterError("\(parameters.operation) is no operation on windows")
        }
        guard WindowParameters.Divisor(rawValue: parameters.divisor) != nil else {
            throw ParameterError("\(parameters.divisor) is no divisor")
        }
        guard parameters.exponent >= 1 && parameters.exponent < .infinity else {
            throw ParameterError("the norm's exponent is \(parameters.exponent), not 1 or more")
        }
        guard [4, 8].contains(parameters.indexBytes) else {
            throw ParameterError("an index is \(parameters.indexBytes) bytes, not 4 or 8")
        }
        _ = try checked(parameters.indexCountsOuter, 0...1, "the choice to count the outer extent")
        let padding = parameters.endPadding
        for padding in [padding.0, padding.1, padding.2] {
            _ = try checked(padding, 0...(1 << 30), "the padding at the end")
        }
    }

    func source(_ name: String, _ access: OperandExtent.Access, samples: Int, isOptional: Bool = false) -> OperandExtent
    {
        extent(name, access, geometry.sourceElements, parameters.sourceSampleStride, 4, samples, isOptional)
    }

    func destination(_ name: String, _ access: OperandExtent.Access, samples: Int) -> OperandExtent {
        extent(name, access, geometry.positions, parameters.destinationSampleStride, 4, samples, false)
    }

    /// Each place of each window, and what a gradient clears.
    func steps(samples: Int) -> Int {
        turns(samples, turns(geometry.positions, geometry.places) + geometry.sourceElements)
    }

    func index(samples: Int) -> OperandExtent {
        extent(
            "index", .write, geometry.positions, parameters.indexSampleStride, Int(parameters.indexBytes), samples, true
        )
    }

    private func extent(
        _ name: String, _ access: OperandExtent.Access, _ elements: Int, _ stride: Int32, _ size: Int, _ samples: Int,
        _ isOptional: Bool
    ) -> OperandExtent {
        OperandExtent(
            name, access,
            bytes: bytes(
                of: 0...max(0, elements - 1), every: Int(stride), samples: samples, elementBytes: size,
                isEmpty: elements == 0), elementBytes: size, isOptional: isOptional)
    }
}

/// Pooling over windows.
package struct WindowInstruction: InstructionDefinition {
    package static let opcode = Opcode.window
    package static let name = "window"
    private let extents: WindowExtents

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        extents = try WindowExtents(parameters)
    }

    package func steps(samples: Int) -> Int? { extents.steps(samples: samples) }

    package func operands(samples: Int) -> [OperandExtent] {
        [
            extents.source("source", .read, samples: samples),
            extents.destination("destination", .write, samples: samples), extents.index(samples: samples),
        ]
    }
}

/// The gradient of pooling over windows.
package struct WindowGradientInstruction: InstructionDefinition {
    package static let opcode = Opcode.windowGradient
    package static let name = "windowGradient"
    private let extents: WindowExtents

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        extents = try WindowExtents(parameters)
    }

    package func steps(samples: Int) -> Int? { extents.steps(samples: samples) }

    package func operands(samples: Int) -> [OperandExtent] {
        let isAverage = extents.parameters.operation == WindowParameters.Operation.average.rawValue
        return [
            extents.source("source", .read, samples: samples, isOptional: isAverage),
            extents.destination("destination gradient", .read, samples: samples),
            extents.source("source gradient", .write, samples: samples),
        ]
    }
}
