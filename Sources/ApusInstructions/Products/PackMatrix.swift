extension Opcode {
    /// `source, packed matrix` · ``PackMatrixParameters``
    package static let packMatrix = Opcode(rawValue: 163)
}

/// Puts matrices into the order that products read: `[matrix][panel][depth][width]`, with zeros in the lines that fill the
/// last panel.
///
/// A line is a row of a left matrix or a column of a right one: for the target's ``MatrixTile`` the width is `rows` or
/// `columns`. Any kernel packs for any target. Strides count elements.
package struct PackMatrixParameters: Sendable, BitwiseCopyable {
    package var matrices: Int32 = 1
    package var lines: Int32
    package var depth: Int32
    package var width: Int32
    package var matrixStride: Int32 = 0
    package var lineStride: Int32
    package var depthStride: Int32

    package init(lines: Int, depth: Int, width: Int, lineStride: Int, depthStride: Int) {
        self.lines = Int32(lines)
        self.depth = Int32(depth)
        self.width = Int32(width)
        self.lineStride = Int32(lineStride)
        self.depthStride = Int32(depthStride)
    }
}

/// The definition of **packMatrix**.
package struct PackMatrixInstruction: InstructionDefinition {
    package static let opcode = Opcode.packMatrix
    package static let name = "packMatrix"

    private let source: MatrixExtent
    private let destination: MatrixExtent
    private let fields: PackMatrixParameters

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        let fields = try parameters.load(PackMatrixParameters.self)
        try requireExtent(fields.matrices, "number of matrices")
        try requireExtent(fields.lines, "number of lines")
        try requireExtent(fields.depth, "depth")
        guard (1...1024).contains(fields.width) else {
            throw ParameterError("a panel's width is \(fields.width), not from 1 to 1024")
        }
        var source = MatrixExtent("source")
        try source.extend(fields.matrices, stride: fields.matrixStride)
        try source.extend(fields.lines, stride: fields.lineStride)
        try source.extend(fields.depth, stride: fields.depthStride)
        let panels = (Int(fields.lines) + Int(fields.width) - 1) / Int(fields.width)
        let (lines, overflows) = (panels * Int(fields.width)).multipliedReportingOverflow(by: Int(fields.matrices))
        guard !overflows, let lines = Int32(exactly: lines) else {
            throw ParameterError("the packed matrices have more than 2^31 lines")
        }
        var destination = MatrixExtent("packed matrix")
        try destination.extendPacked(lines, depth: fields.depth, width: Int(fields.width))
        self.fields = fields
        self.source = source
        self.destination = destination
    }

    package func steps(samples: Int) -> Int? {
        turns(samples, Int(fields.matrices), padded(Int(fields.lines), to: Int(fields.width)), Int(fields.depth))
    }

    /// Instructions that pack run once, whatever the number of samples.
    package func operands(samples: Int) -> [OperandExtent] {
        [
            source.operand(samples: min(samples, 1), sampleStride: 0, access: .read),
            destination.operand(samples: min(samples, 1), sampleStride: 0, access: .write),
        ]
    }
}
