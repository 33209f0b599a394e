import ApusCompiler
import ApusInstructions
import ApusPlan
import ApusRuntime
import Testing

/// Depthwise layers that are given plain images and asked for plain images.
@Suite struct PlainDepthwiseTests {
    static let cases = [
        PlainLayerCase(
            source: "19, 20, 33", layer: "filters: 19, kernel: [3, 3], padding: same, groups: 19",
            rest: "output z = relu(y)", isPlain: true),
        PlainLayerCase(
            source: "20, 7, 7", layer: "filters: 20, kernel: [3, 3], stride: [2, 2], padding: same, groups: 20",
            rest: "output z = relu(y)", isPlain: true),
        PlainLayerCase(
            source: "5, 9, 40", layer: "filters: 5, kernel: [5, 5], padding: 2, groups: 5, bias: false",
            rest: "f = flatten(y)\noutput z = dense(f, units: 3)", isPlain: true),
        PlainLayerCase(
            source: "4, 2, 2", layer: "filters: 4, kernel: [2, 2], groups: 4", rest: "output z = relu(y)",
            isPlain: false),
        PlainLayerCase(
            source: "4, 12, 12", layer: "filters: 4, kernel: [3, 3], padding: same, groups: 4",
            rest: "output z = max_pool2d(y, window: [2, 2])", isPlain: false),
        PlainLayerCase(
            source: "4, 12, 12", layer: "filters: 4, kernel: [3, 3], padding: same, groups: 4",
            rest: "p = conv2d(y, filters: 3, kernel: [1, 1])\noutput z = relu(p)", isPlain: false),
    ]

    @Test(arguments: cases, Processor.targets)
    func answersAgreeWithTheReference(work: PlainLayerCase, target: Target) throws {
        let plan = try work.plan(target)
        let plain = plan.body.filter { $0.opcode == .plainDepthwiseConvolution }
        #expect(plain.count == (work.isPlain ? 1 : 0))
        if work.isPlain { #expect(!plan.body.contains { $0.opcode == .clearBorder }) }
        if work.isPlain, work.rest == "output z = relu(y)" { #expect(plan.body.count == 1, "nothing is copied") }
    }
}
