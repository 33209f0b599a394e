import ApusCompiler
import ApusInstructions
import ApusPlan
import ApusRuntime
import Testing

/// Convolutions of 1 × 1 that are given plain images and asked for plain images.
@Suite struct PlainPointwiseTests {
    static let cases = [
        PlainLayerCase(
            source: "9, 12, 24", layer: "filters: 24, kernel: [1, 1]", rest: "output z = relu(y)", isPlain: true),
        PlainLayerCase(
            source: "16, 8, 16", layer: "filters: 36, kernel: [1, 1], bias: false",
            rest: "output z = clip(y, min: -0.5, max: 0.5)", isPlain: true),
        PlainLayerCase(
            source: "8, 16, 16", layer: "filters: 12, kernel: [1, 1]",
            rest: "f = flatten(y)\noutput z = dense(f, units: 3)", isPlain: true),
        PlainLayerCase(
            source: "8, 1, 2", layer: "filters: 12, kernel: [1, 1]", rest: "output z = relu(y)", isPlain: false),
        PlainLayerCase(
            source: "8, 16, 16", layer: "filters: 12, kernel: [1, 1], groups: 2", rest: "output z = relu(y)",
            isPlain: false),
        PlainLayerCase(
            source: "8, 16, 16", layer: "filters: 12, kernel: [1, 1], padding: 1", rest: "output z = relu(y)",
            isPlain: false),
        PlainLayerCase(
            source: "8, 16, 16", layer: "filters: 12, kernel: [1, 1]",
            rest: "output z = max_pool2d(y, window: [2, 2])", isPlain: false),
        PlainLayerCase(
            source: "8, 16, 16", layer: "filters: 12, kernel: [1, 1]",
            rest: "output z = conv2d(y, filters: 3, kernel: [3, 3])", isPlain: false),
    ]

    /// Kernels that step over pixels.
    static let steps = [
        PlainLayerCase(
            source: "8, 16, 16", layer: "filters: 12, kernel: [1, 1], stride: [2, 2]", rest: "output z = relu(y)",
            isPlain: true),
        PlainLayerCase(
            source: "5, 33, 71", layer: "filters: 10, kernel: [1, 1], stride: [1, 2]", rest: "output z = relu(y)",
            isPlain: true),
        PlainLayerCase(
            source: "7, 30, 21", layer: "filters: 9, kernel: [1, 1], stride: [3, 1]",
            rest: "f = flatten(y)\noutput z = dense(f, units: 3)", isPlain: true),
    ]

    @Test(arguments: steps, Processor.targets)
    func pixelsThatAStepLeavesOutAreNotCopied(work: PlainLayerCase, target: Target) throws {
        let plan = try work.plan(target)
        #expect(plan.body.prefix(2).map(\.opcode) == [.copy, .plainPointwiseConvolution])
    }

    @Test(arguments: cases, Processor.targets)
    func answersAgreeWithTheReference(work: PlainLayerCase, target: Target) throws {
        let plan = try work.plan(target)
        #expect(plan.body.count { $0.opcode == .plainPointwiseConvolution } == (work.isPlain ? 1 : 0))
        if work.isPlain, !work.rest.contains("dense") { #expect(plan.body.count == 1, "nothing is copied") }
    }
}
