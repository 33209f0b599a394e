extension Opcode {
    /// `left, right, bias?, destination, scratch` · ``ContractParameters``
    package static let contract = Opcode(rawValue: 160)
}

/// How the matrices of one operand of a contraction lie. Strides count elements; any may be zero or negative.
package struct MatrixLayout: Sendable, BitwiseCopyable {
    /// One number for each of up to six batch dimensions, the outermost first.
    package typealias Batch = InlineArray<6, Int32>

    package var rowStride: Int32
    package var columnStride: Int32
    package var sampleStride: Int32
    package var batchStrides: Batch
    package init(
        rowStride: Int, columnStride: Int = 1, sampleStride: Int = 0, batchStrides: Batch = [0, 0, 0, 0, 0, 0]
    ) {
        self.rowStride = Int32(rowStride)
        self.columnStride = Int32(columnStride)
        self.sampleStride = Int32(sampleStride)
        self.batchStrides = batchStrides
    }
}

/// Products of matrices, one for each index of up to six batch dimensions:
///
///     destination[m, n] = activation(alpha · Σ_k left[m, k] · right[k, n] + bias)
///
/// or `+=` where `accumulate` is 1; the activation is then none. The bias has one number for each column, or for each row
/// where `biasAlongRows` is 1. A destination sample stride of 0 needs `accumulate`: the samples of the call are added in order.
///
/// - A packed operand is constant and was made by **packMatrix**, for the target's ``MatrixTile``: the left one in panels of
///   its rows, the right one in panels of its columns. Its row and column strides are not read.
/// - Terms are added in ascending order in blocks of ``MatrixTile/depth``, each from zero, and the blocks in order. Where samples
///   are summed with `alpha` 1, have fewer than 64 terms each and lie evenly along the depth, all is one sum that starts with the
///   destination. Where there are few rows (see ``MatrixTile/dotRows``), the terms go to V sums first. The order depends on the
///   fields alone, and never on the number of samples.
/// - The scratch is ``ContractInstruction/scratchElements(_:samples:lanes:)`` long.
package struct ContractParameters: Sendable, BitwiseCopyable {
    package enum Packed: Int32, Sendable {
        case none = 0
        case left = 1
        case right = 2
    }
    package var rows: Int32
    package var columns: Int32
    package var depth: Int32
    /// Dimensions that are not there have extent 1.
    package var batch: MatrixLayout.Batch = [1, 1, 1, 1, 1, 1]
    package var left: MatrixLayout
    package var right: MatrixLayout
    package var destination: MatrixLayout
    /// An ``Activation``: none or relu.
    package var activation: Int32 = 0
    package var accumulate: Int32 = 0
    package var biasAlongRows: Int32 = 0
    /// A ``Packed``.
    package var packed: Int32 = 0
    package var alpha: Float = 1

    package init(
        rows: Int, columns: Int, depth: Int, left: MatrixLayout, right: MatrixLayout, destination: MatrixLayout
    ) {
        self.rows = Int32(rows)
        self.columns = Int32(columns)
        self.depth = Int32(depth)
        self.left = left
        self.right = right
        self.destination = destination
    }
}

/// The definition of **contract**.
package struct ContractInstruction: InstructionDefinition {
    package static let opcode = Opcode.contract
    package static let name = "contract"

    private let parameters: ContractParameters
    private let left: MatrixExtent
    private let right: MatrixExtent
    private let destination: MatrixExtent
    private let lanes: Int

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        let fields = try parameters.load(ContractParameters.self)
        self.parameters = fields
        self.lanes = lanes
        try requireExtent(fields.rows, "number of rows")
        try requireExtent(fields.columns, "number of columns")
        try requireExtent(fields.depth, "depth")
        try requireFlag(fields.accumulate, "accumulate")
        try requireFlag(fields.biasAlongRows, "biasAlongRows")
        guard fields.alpha.isFinite else { throw ParameterError("alpha is \(fields.alpha)") }
        guard fields.activation == 0 || fields.activation == 1 else {
            throw ParameterError("a product's activation is none or relu, and not \(fields.activation)")
        }
        guard fields.accumulate == 0 || fields.activation == 0 else {
            throw ParameterError("a product that is added to its destination has no activation")
        }
        guard fields.accumulate == 1 || fields.destination.sampleStride != 0 else {
            throw ParameterError("samples that share a destination are added to it: accumulate is 1")
        }
        guard let packed = ContractParameters.Packed(rawValue: fields.packed) else {
            throw ParameterError("\(fields.packed) says no packed operand")
        }
        let tile = MatrixTile(lanes: lanes)
        var left = MatrixExtent("left operand")
        var right = MatrixExtent("right operand")
        var destination = MatrixExtent("destination")
        if packed == .left {
            try left.extendPacked(fields.rows, depth: fields.depth, width: tile.rows)
        } else {
            try left.extend(fields.rows, stride: fields.left.rowStride)
            try left.extend(fields.depth, stride: fields.left.columnStride)
        }
        if packed == .right {
            try right.extendPacked(fields.columns, depth: fields.depth, width: tile.columns)
        } else {
            try right.extend(fields.depth, stride: fields.right.rowStride)
            try right.extend(fields.columns, stride: fields.right.columnStride)
        }
        try destination.extend(fields.rows, stride: fields.destination.rowStride)
        try destination.extend(fields.columns, stride: fields.destination.columnStride)
        var batches = 1
        for dimension in fields.batch.indices {
            let extent = fields.batch[dimension]
            try requireExtent(extent, "batch extent \(dimension)")
            batches *= max(1, Int(extent))
            guard batches <= MatrixExtent.limit else { throw ParameterError("there are too many products") }
            try left.extend(extent, stride: fields.left.batchStrides[dimension])
            try right.extend(extent, stride: fields.right.batchStrides[dimension])
            try destination.extend(extent, stride: fields.destination.batchStrides[dimension])
        }
        self.left = left
        self.right = right
        self.destination = destination
    }

    /// Elements of the scratch operand.
    package static func scratchElements(_ parameters: ContractParameters, samples: Int, lanes: Int) -> Int {
        let tile = MatrixTile(lanes: lanes)
        let samples = max(samples, 1)
        func folded(_ extent: Int32) -> Int {
            let (product, overflows) = Int(extent).multipliedReportingOverflow(by: samples)
            return overflows ? Int.max / 2 : product
        }
        let (rows, columns) = (folded(parameters.rows), folded(parameters.columns))
        let depth = folded(parameters.depth)
        return max(
            tile.scratchElements(rows: rows, columns: columns, depth: depth),
            tile.scratchElements(rows: columns, columns: rows, depth: depth))
    }

    package func steps(samples: Int) -> Int? {
        let products = parameters.batch.indices.reduce(1) { turns($0, Int(parameters.batch[$1])) }
        return turns(samples, products, Int(parameters.rows), Int(parameters.columns), Int(parameters.depth))
    }

    package func operands(samples: Int) -> [OperandExtent] {
        let bias = Int(parameters.biasAlongRows == 1 ? parameters.rows : parameters.columns)
        let scratch = samples < 1 ? 0 : Self.scratchElements(parameters, samples: samples, lanes: lanes)
        return [
            left.operand(samples: samples, sampleStride: parameters.left.sampleStride, access: .read),
            right.operand(samples: samples, sampleStride: parameters.right.sampleStride, access: .read),
            MatrixExtent.plain("bias", elements: bias, access: .read, isOptional: true),
            destination.operand(
                samples: samples, sampleStride: parameters.destination.sampleStride,
                access: parameters.accumulate == 1 ? .update : .write),
            MatrixExtent.plain("scratch", elements: scratch, access: .scratch),
        ]
    }

    package var partitions: [Partition] { parameters.partitions(lanes: lanes) }
}
