extension Opcode {
    /// `source, destination, scratch` · ``InverseParameters``
    package static let inverse = Opcode(rawValue: 164)
}

/// **inverse** inverts the `matrices` of each sample, `rows` × `rows` f32 numbers each, in double precision.
///
/// The scratch holds one matrix in double precision, and for each of its columns the row that was exchanged for it. O(rows³) for
/// each matrix.
package struct InverseParameters: Sendable, BitwiseCopyable {
    package var matrices: Int32
    /// 1 to 1024: so many rows are still a matter of a second.
    package var rows: Int32
    package var sourceSampleStride: Int32
    package var destinationSampleStride: Int32

    package init(matrices: Int, rows: Int, sourceSampleStride: Int, destinationSampleStride: Int) {
        self.matrices = Int32(matrices)
        self.rows = Int32(rows)
        self.sourceSampleStride = Int32(sourceSampleStride)
        self.destinationSampleStride = Int32(destinationSampleStride)
    }

    package var scratchBytes: Int { 8 * Int(rows) * (Int(rows) + 1) }
}

/// The definition of **inverse**.
package struct InverseInstruction: InstructionDefinition {
    package static var opcode: Opcode { .inverse }
    package static var name: String { "inverse" }

    private let fields: InverseParameters

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        fields = try parameters.load(InverseParameters.self)
        try check(fields.matrices, in: 0...(1 << 24), "the number of matrices")
        try check(fields.rows, in: 1...1024, "the number of rows")
    }

    package func steps(samples: Int) -> Int? {
        turns(samples, Int(fields.matrices), Int(fields.rows), Int(fields.rows), Int(fields.rows))
    }

    package func operands(samples: Int) -> [OperandExtent] {
        let reach = OperandReach(elements: Int(fields.matrices) * Int(fields.rows) * Int(fields.rows))
        func extent(_ name: String, _ access: OperandExtent.Access, every stride: Int32) -> OperandExtent {
            OperandExtent(
                name, access, bytes: reach.bytes(elementBytes: 4, samples: samples, sampleStride: Int(stride)),
                elementBytes: 4)
        }
        return [
            extent("source", .read, every: fields.sourceSampleStride),
            extent("destination", .write, every: fields.destinationSampleStride),
            OperandExtent("scratch", .scratch, bytes: 0..<fields.scratchBytes, elementBytes: 8),
        ]
    }
}
