import ApusGraph
import ApusInstructions

/// A plain value joined along some of its dimensions, before it is an instruction.
struct Reducer {
    let source: PlainValue
    var parameters: ReductionParameters

    /// - Parameter axes: the numbers of the dimensions that are joined.
    init(_ operation: ReduceOperation, of source: PlainValue, over axes: Set<Int>) {
        self.source = source
        let strides = source.shape.reducedStrides(over: axes)
        parameters = ReductionParameters(
            operation, extents: EightDimensions(innermost: source.shape, padding: 1),
            sourceStrides: EightDimensions(innermost: rowMajorStrides(source.shape), padding: 0),
            destinationStrides: EightDimensions(innermost: strides, padding: 0),
            sourceSampleStride: source.sampleStride, destinationSampleStride: 0)
        parameters.sourceType = UInt8(source.type.rawValue)
        parameters.destinationType = parameters.sourceType
    }
}

extension [Int] {
    /// Over the loops of this shape, the strides of a row-major value that has no part along `axes`.
    func reducedStrides(over axes: Set<Int>) -> [Int] {
        let kept = indices.map { axes.contains($0) ? 1 : self[$0] }
        return rowMajorStrides(kept).enumerated().map { axes.contains($0.offset) ? 0 : $0.element }
    }
}

extension Lowering {
    /// Appends a reduction to the body.
    ///
    /// - Parameter accumulates: whether the samples' results are added to the destination.
    mutating func emit(_ reducer: Reducer, to destination: PlainValue, accumulates: Bool = false, label: String) {
        var parameters = reducer.parameters
        parameters.destinationSampleStride = Int32(destination.sampleStride)
        parameters.destinationType = UInt8(destination.type.rawValue)
        parameters.accumulate = accumulates ? 1 : 0
        emit(.reduce, [reducer.source.place, destination.place], parameters, label: label)
    }
}
