import ApusInstructions

func contract(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let parameters = parameters.assumingMemoryBound(to: ContractParameters.self).pointee
    var work = Contraction(operands, parameters, samples)
    if work.product.isAlongDepth {
        work.isAlongDepth = true
    } else {
        work.foldSamples()
        work.orient()
    }
    work.compute()
}

/// The products of one call.
private struct Contraction {
    var product: MatrixProduct
    var isAlongDepth = false
    private let parameters: ContractParameters
    private let operands: UnsafePointer<UnsafeMutableRawPointer?>
    private var samples: Int
    private var left: MatrixLayout
    private var right: MatrixLayout

    init(
        _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: ContractParameters, _ samples: Int
    ) {
        self.operands = operands
        self.parameters = parameters
        self.samples = samples
        (left, right) = (parameters.left, parameters.right)
        product = MatrixProduct(
            rows: Int(parameters.rows), columns: Int(parameters.columns), depth: Int(parameters.depth),
            left: MatrixSteps(row: Int(left.rowStride), column: Int(left.columnStride)),
            right: MatrixSteps(row: Int(right.rowStride), column: Int(right.columnStride)),
            destination: MatrixSteps(
                row: Int(parameters.destination.rowStride), column: Int(parameters.destination.columnStride)))
        product.isLeftPacked = parameters.packed == ContractParameters.Packed.left.rawValue
        product.isRightPacked = parameters.packed == ContractParameters.Packed.right.rawValue
        product.bias = operands.optionalFloats(2)
        product.biasAlongRows = parameters.biasAlongRows == 1
        product.alpha = parameters.alpha
        product.accumulates = parameters.accumulate == 1
        product.relu = parameters.activation == Activation.relu.rawValue
    }

    /// Makes one product of all samples, where they lie like more rows, columns or terms of it.
    mutating func foldSamples() {
        let (leftStride, rightStride) = (Int(left.sampleStride), Int(right.sampleStride))
        let destinationStride = Int(parameters.destination.sampleStride)
        if destinationStride == 0 {
            foldTerms(leftStride, rightStride)
        } else if rightStride == 0 && !product.isLeftPacked
            && (product.bias == nil || !product.biasAlongRows)
        {
            let (rows, isOne) = (product.rows, product.rows == 1)
            guard isOne || leftStride == rows &* product.left.row,
                isOne || destinationStride == rows &* product.destination.row
            else { return }
            if isOne { (product.left.row, product.destination.row) = (leftStride, destinationStride) }
            product.rows = rows &* samples
            samples = 1
        } else if leftStride == 0 && !product.isRightPacked && (product.bias == nil || product.biasAlongRows) {
            let (columns, isOne) = (product.columns, product.columns == 1)
            guard isOne || rightStride == columns &* product.right.column,
                isOne || destinationStride == columns &* product.destination.column
            else { return }
            if isOne { (product.right.column, product.destination.column) = (rightStride, destinationStride) }
            product.columns = columns &* samples
            samples = 1
        }
    }

    /// The samples of a gradient are terms of one sum, where each has few.
    private mutating func foldTerms(_ leftStride: Int, _ rightStride: Int) {
        let (depth, isOne) = (product.depth, product.depth == 1)
        guard product.alpha == 1, product.bias == nil, depth > 0, depth < 64, !product.isLeftPacked,
            !product.isRightPacked,
            isOne || (leftStride == depth &* product.left.column && rightStride == depth &* product.right.row)
        else { return }
        if isOne { (product.left.column, product.right.row) = (leftStride, rightStride) }
        product.isOneSum = true
        product.depth = depth &* samples
        samples = min(samples, 1)
    }

    /// Exchanges rows and columns where the destination's rows then are the longer lines of adjacent elements.
    mutating func orient() {
        if product.isLeftPacked || product.isRightPacked { return }
        let hasColumns = product.destination.column == 1 || product.columns == 1
        let hasRows = product.destination.row == 1 || product.rows == 1
        guard hasRows && (!hasColumns || product.rows > product.columns) else { return }
        product = product.transposed
        swap(&left, &right)
        isExchanged = true
    }
    private var isExchanged = false

    func compute() {
        let scratch = operands.floats(4)
        var batches = 1
        for dimension in 0..<6 { batches = batches &* Int(parameters.batch[dimension]) }
        for sample in 0..<samples {
            for batch in 0..<batches {
                let first = operands.floats(isExchanged ? 1 : 0) + offset(left, sample, batch)
                let second = operands.floats(isExchanged ? 0 : 1) + offset(right, sample, batch)
                let destination = operands.floats(3) + offset(parameters.destination, sample, batch)
                if isAlongDepth {
                    product.computeAlongDepth(first, second, destination)
                } else {
                    product.compute(first, second, destination, scratch: scratch)
                }
            }
        }
    }

    /// Where the matrix of a sample and of a batch index, counted through all dimensions, begins.
    @inline(__always)
    private func offset(_ layout: MatrixLayout, _ sample: Int, _ batch: Int) -> Int {
        var offset = sample &* Int(layout.sampleStride)
        var rest = batch
        var dimension = 5
        while rest > 0 {
            let extent = Int(parameters.batch[dimension])
            offset = offset &+ rest % extent &* Int(layout.batchStrides[dimension])
            rest /= extent
            dimension -= 1
        }
        return offset
    }
}
