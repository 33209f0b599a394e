extension Opcode {
    /// `source, destination` · ``AxisParameters``
    package static let argReduce = Opcode(rawValue: 145)
}

/// Whose index is looked for. The numbers stand in plan files.
package enum ArgReduceOperation: UInt8, Sendable, CaseIterable {
    case maximum = 0
    case minimum
}

/// The definition of **argReduce**: `destination[o, i]` is the index along the axis of the maximum or minimum of
/// `source[o, :, i]`, the first of equals or the last. An element that is not a number comes before all others, as in NumPy.
/// Indices are `Int64` or, with `option` 4, `Int32`.
package struct ArgReduceInstruction: InstructionDefinition {
    package static var opcode: Opcode { .argReduce }
    package static var name: String { "argReduce" }

    private let axis: CheckedAxis

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        axis = try CheckedAxis(try parameters.load(AxisParameters.self))
        guard ArgReduceOperation(rawValue: axis.parameters.operation) != nil else {
            throw ParameterError("operation \(axis.parameters.operation) is not one of argReduce's")
        }
        guard axis.parameters.option == 4 || axis.parameters.option == 8 else {
            throw ParameterError("an index has \(axis.parameters.option) bytes, neither 4 nor 8")
        }
        try check(axis.parameters.axis, in: 1...Int32.max, "the axis")
    }

    package func steps(samples: Int) -> Int? { axis.steps(samples: samples) }

    package func operands(samples: Int) -> [OperandExtent] {
        [
            axis.source(samples: samples),
            axis.extent(
                "destination", elements: axis.lines, elementBytes: Int(axis.parameters.option), samples: samples,
                every: axis.parameters.destinationSampleStride, access: .write),
        ]
    }
}
