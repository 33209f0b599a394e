import ApusInstructions

// Samples of the instructions that work on strided loops, axes, indices and matrices.
extension SampleInstruction {
    static let general: [SampleInstruction] = maps + windows + reductions + indexing + products + sequences

    private static let extents: Eight = (1, 1, 1, 1, 1, 2, 3, 4)
    private static let strides: Eight = (0, 0, 0, 0, 0, 12, 4, 1)

    private static let maps: [SampleInstruction] = {
        let operand = MapOperand(strides: strides, sampleStride: 24)
        let steps = [
            MapStep(.exponential, first: 0, result: 1), MapStep(constant: 2, result: 2),
            MapStep(.add, first: 1, second: 2, result: 3),
        ]
        var map = MapParameters(
            extents: extents, computeType: .float32, sourceCount: 1, stepCount: steps.count, destination: operand)
        map.sources.0 = operand
        var copy = CopyParameters(
            extents: extents, elementBytes: 4, sourceStrides: (0, 0, 0, 0, 0, 12, -4, 1), destinationStrides: strides)
        copy.sourceSampleStride = 24
        copy.destinationSampleStride = 24
        return [SampleInstruction(.map, map, steps), SampleInstruction(.copy, copy)]
    }()

    private static let windows: [SampleInstruction] = {
        let window = WindowParameters(
            operation: .maximum, outer: 2, source: (1, 6, 6), destination: (1, 5, 5), window: (1, 2, 2))
        let unfold = UnfoldParameters(channels: 2, source: (1, 6, 6), destination: (1, 5, 5), window: (1, 2, 2))
        let interpolate = InterpolateParameters(outer: 2, source: 3, destination: 6, inner: 4, taps: 2)
        return [
            SampleInstruction(.window, window), SampleInstruction(.windowGradient, window),
            SampleInstruction(.unfold, unfold), SampleInstruction(.fold, unfold),
            SampleInstruction(.interpolate, interpolate), SampleInstruction(.interpolateGradient, interpolate),
        ]
    }()

    private static let reductions: [SampleInstruction] = {
        func dimensions(_ values: Int..., padding: Int32) -> EightDimensions {
            EightDimensions(innermost: values, padding: padding)
        }
        let reduce = ReductionParameters(
            .sum, extents: dimensions(2, 3, 4, padding: 1), sourceStrides: dimensions(12, 4, 1, padding: 0),
            destinationStrides: dimensions(4, 0, 1, padding: 0), sourceSampleStride: 24, destinationSampleStride: 8)
        func axis(option: UInt8, destination: Int) -> AxisParameters {
            AxisParameters(
                outer: 2, axis: 3, inner: 4, sourceSampleStride: 24, destinationSampleStride: destination, operation: 0,
                option: option)
        }
        let softmax = SoftmaxAxisParameters(outer: 2, axis: 3, inner: 4, isLogarithmic: false)
        let rows = NormalizeRowsParameters(count: 8, rows: 3, epsilon: 1e-5)
        return [
            SampleInstruction(.reduce, reduce), SampleInstruction(.argReduce, axis(option: 8, destination: 8)),
            SampleInstruction(.scan, axis(option: 0, destination: 24)), SampleInstruction(.softmaxAxis, softmax),
            SampleInstruction(.softmaxAxisGradient, softmax), SampleInstruction(.normalizeRows, rows),
            SampleInstruction(.normalizeRowsGradient, rows),
            SampleInstruction(.batchMean, BatchMeanParameters(count: 10, sampleStride: 16)),
            SampleInstruction(.batchMeanGradient, BatchMeanParameters(count: 10, sampleStride: 16)),
        ]
    }()

    private static let indexing: [SampleInstruction] = {
        var indices = IndexParameters.slices(outer: 2, axis: 5, inner: 4, count: 3)
        indices.indexedSampleStride = 40
        indices.indexSampleStride = 3
        indices.plainSampleStride = 24
        let sort = SortParameters(
            outer: 2, axis: 5, inner: 3, kept: 2, sourceSampleStride: 30, valueSampleStride: 12, indexSampleStride: 12)
        let trees = TreeLeavesParameters(
            rows: 2, features: 5, nodes: 7, trees: 3, sourceSampleStride: 10, destinationSampleStride: 6)
        return [
            SampleInstruction(.gather, indices), SampleInstruction(.scatter, indices), SampleInstruction(.sort, sort),
            SampleInstruction(.treeLeaves, trees),
        ]
    }()

    private static let products: [SampleInstruction] = {
        var contract = ContractParameters(
            rows: 5, columns: 7, depth: 6, left: MatrixLayout(rowStride: 6, sampleStride: 30),
            right: MatrixLayout(rowStride: 7), destination: MatrixLayout(rowStride: 7, sampleStride: 35))
        contract.alpha = 1
        return [
            SampleInstruction(.contract, contract),
            SampleInstruction(
                .packMatrix, PackMatrixParameters(lines: 7, depth: 6, width: 8, lineStride: 1, depthStride: 7)),
            SampleInstruction(
                .inverse, InverseParameters(matrices: 2, rows: 3, sourceSampleStride: 18, destinationSampleStride: 18)),
        ]
    }()

    private static let sequences: [SampleInstruction] = {
        let recurrent = RecurrentParameters(cell: .lstm, steps: 3, hidden: 5)
        let attention = AttentionParameters(heads: 2, queries: 3, keys: 4, size: 5, valueSize: 6, scale: 0.5)
        return [
            SampleInstruction(.recurrent, recurrent),
            SampleInstruction(.recurrentGradient, RecurrentGradientParameters(recurrent)),
            SampleInstruction(.attention, attention),
            SampleInstruction(.attentionGradient, AttentionGradientParameters(attention)),
        ]
    }()
}
