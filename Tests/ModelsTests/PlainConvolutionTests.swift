import ApusCompiler
import ApusInstructions
import ApusPlan
import ApusRuntime
import Testing

/// Convolutions with few filters that are given plain images and asked for plain images.
@Suite struct PlainConvolutionTests {
    static let cases = [
        PlainLayerCase(
            source: "3, 20, 33", layer: "filters: 6, kernel: [3, 3], stride: [2, 2], padding: same",
            rest: "output z = relu(y)", isPlain: true),
        PlainLayerCase(
            source: "1, 32, 32", layer: "filters: 6, kernel: [5, 5], padding: same, bias: false",
            rest: "output z = clip(y, min: -0.5, max: 0.5)", isPlain: true),
        PlainLayerCase(
            source: "2, 20, 36", layer: "filters: 4, kernel: [5, 3], dilation: [1, 2]",
            rest: "f = flatten(y)\noutput z = dense(f, units: 3)", isPlain: true),
        PlainLayerCase(
            source: "4, 20, 33", layer: "filters: 6, kernel: [3, 3], stride: [2, 2], groups: 2",
            rest: "output z = relu(y)", isPlain: false),
        PlainLayerCase(
            source: "1, 32, 32", layer: "filters: 6, kernel: [5, 5], padding: same",
            rest: "output z = max_pool2d(y, window: [2, 2])", isPlain: false),
        PlainLayerCase(
            source: "1, 32, 32", layer: "filters: 6, kernel: [5, 5], padding: same",
            rest: "output z = conv2d(y, filters: 3, kernel: [3, 3])", isPlain: false),
    ]

    @Test(arguments: cases, Processor.targets)
    func answersAgreeWithTheReference(work: PlainLayerCase, target: Target) throws {
        let plan = try work.plan(target)
        // Narrow blocks have fewer empty lanes.
        if work.isPlain && target.lanes < 16 { return }
        #expect(plan.body.count { $0.opcode == .plainConvolution } == (work.isPlain ? 1 : 0))
        if work.isPlain, work.rest == "output z = relu(y)" { #expect(plan.body.count == 1, "nothing is copied") }
    }
}
