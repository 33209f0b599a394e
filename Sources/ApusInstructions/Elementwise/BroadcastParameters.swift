/// Six nested loops over plain (unblocked) memory, outermost first: unused ones have extent 1.
///
/// **broadcast**: `destination[i] = first[i] ∘ second[i]`, where each operand has its own strides; a stride of 0 repeats
/// an element. `operation` is one of ``ElementwiseStep/Operation``'s two-operand cases.
/// **reduceSum**: `destination[i] (+)= Σ first[i]`: the destination is cleared first unless `accumulate` is 1, and where its
/// stride is 0 the sum is taken. Samples are the outermost loop, apart from the six, with the sample strides (a
/// destination sample stride of 0 sums over samples; then the destination is cleared once, before the first).
package struct BroadcastParameters: Sendable, Equatable, BitwiseCopyable {
    package typealias Six = (Int32, Int32, Int32, Int32, Int32, Int32)
    package var operation: Int32
    package var accumulate: Int32 = 0
    package var extents: Six = (1, 1, 1, 1, 1, 1)
    package var firstStrides: Six = (0, 0, 0, 0, 0, 0)
    package var secondStrides: Six = (0, 0, 0, 0, 0, 0)
    package var destinationStrides: Six = (0, 0, 0, 0, 0, 0)
    package var firstSampleStride: Int32 = 0
    package var secondSampleStride: Int32 = 0
    package var destinationSampleStride: Int32 = 0
    package init(operation: ElementwiseStep.Operation) { self.operation = operation.rawValue }

    package static func == (left: Self, right: Self) -> Bool {
        left.operation == right.operation && left.accumulate == right.accumulate && left.extents == right.extents
            && left.firstStrides == right.firstStrides && left.secondStrides == right.secondStrides
            && left.destinationStrides == right.destinationStrides
            && left.firstSampleStride == right.firstSampleStride
            && left.secondSampleStride == right.secondSampleStride
            && left.destinationSampleStride == right.destinationSampleStride
    }
}
