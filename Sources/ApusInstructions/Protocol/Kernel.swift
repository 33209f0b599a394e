/// The function behind an instruction: it computes from memory to memory, and nothing else.
///
/// - Parameters:
///   - operands: the address of each operand, for the first sample to compute. The null pointer where one is left out.
///   - parameters: the instruction's parameter structure.
///   - samples: how many samples to compute, 1 or more. Instructions that are run once a step get 1, times their repeats.
package typealias Kernel =
    @convention(c) (
        _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
    ) -> Void

/// What changes from one run to the next: the `arguments` operand of the instructions that need it.
package struct RunArguments: Sendable, Equatable, BitwiseCopyable {
    /// 1 / samples in the whole batch.
    package var inverseBatch: Float = 1
    package var learningRate: Float = 0
    /// Counts optimizer steps from 1.
    package var step: UInt32 = 1
    /// Where the first sample of this call is among those of the step: in the batch, behind the step's earlier batches.
    package var firstSample: UInt32 = 0
    package var seedLow: UInt32 = 0
    package var seedHigh: UInt32 = 0
    /// This batch's part of the samples of the step. A step has several batches where gradients are added up.
    package var share: Float = 1
    /// Whether this batch is the first of the step: 1 or 0.
    package var isFirst: UInt32 = 1
    /// Whether it is the last one, behind which the optimizer changes the parameters: 1 or 0.
    package var isLast: UInt32 = 1
    package init() {}
}
