extension Opcode {
    /// `source, destination` · ``AxisParameters``
    package static let scan = Opcode(rawValue: 146)
}

/// What a scan joins. The numbers stand in plan files.
package enum ScanOperation: UInt8, Sendable, CaseIterable {
    case sum = 0
    case product, maximum
}

/// The definition of **scan**: `destination[o, a, i]` joins `source[o, ≤ a, i]`; with `option` 1 (exclusive) those before `a`;
/// backward, those from `a` on, or after it. Types are f32, i32 and i64. Numbers are joined in double precision and rounded
/// once, integers wrap round; a maximum is not a number from the first element on that isn't.
package struct ScanInstruction: InstructionDefinition {
    package static var opcode: Opcode { .scan }
    package static var name: String { "scan" }

    private let axis: CheckedAxis

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        axis = try CheckedAxis(try parameters.load(AxisParameters.self))
        guard ScanOperation(rawValue: axis.parameters.operation) != nil else {
            throw ParameterError("operation \(axis.parameters.operation) is not one of scan's")
        }
        guard axis.type == .float32 || axis.type == .int32 || axis.type == .int64 else {
            throw ParameterError("scan doesn't join elements of type \(axis.type)")
        }
        try checkFlag(axis.parameters.option, "exclusive")
    }

    package func steps(samples: Int) -> Int? { axis.steps(samples: samples) }

    package func operands(samples: Int) -> [OperandExtent] {
        [
            axis.source(samples: samples),
            axis.extent(
                "destination", elements: axis.lines * Int(axis.parameters.axis), elementBytes: axis.type.bytes,
                samples: samples, every: axis.parameters.destinationSampleStride, access: .write),
        ]
    }
}
