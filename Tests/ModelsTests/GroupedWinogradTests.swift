import ApusCompiler
import ApusInstructions
import ApusPlan
import ApusRuntime
import Testing

/// Grouped convolutions by minimal filtering.
@Suite struct GroupedWinogradTests {
    /// Groups of whole blocks on every target, of halves of the widest blocks, of channels that are no part of a block, and of
    /// unequal sides.
    static let cases: [(filters: Int, layer: String, isTransformed: Bool)] = [
        (64, "filters: 64, kernel: [3, 3], padding: same, groups: 4", true),
        (32, "filters: 64, kernel: [3, 3], padding: same, groups: 2, bias: false", true),
        (64, "filters: 64, kernel: [3, 3], padding: same, groups: 16", true),
        (48, "filters: 48, kernel: [3, 3], groups: 8", false),
        (64, "filters: 64, kernel: [3, 3], padding: same, stride: [2, 2], groups: 4", false),
        (64, "filters: 64, kernel: [3, 3], padding: same, groups: 64", false),
    ]

    @Test(arguments: cases.indices, Processor.targets)
    func answersAgreeWithTheReference(index: Int, target: Target) throws {
        let (filters, layer, isTransformed) = Self.cases[index]
        let plan = try planThatAgrees(
            """
            model layer
            input image: f32[N, 3, 16, 18]
            a = relu(conv2d(image, filters: \(filters), kernel: [1, 1]))
            b = relu(conv2d(a, \(layer)))
            output z = conv2d(b, filters: 8, kernel: [1, 1])
            """, target: target)
        // In narrow blocks the transforms of few channels may take longer than they spare.
        if isTransformed && target.lanes < 16 { return }
        #expect(plan.body.contains { $0.opcode == .winogradConvolution } == isTransformed)
    }
}
