import ApusCompiler
import ApusPlan
import ApusRuntime
import Testing

/// Dense layers that read an image.
@Suite struct FlattenedImageTests {
    /// What is made of an image of 48 channels, and whether no row is made of its blocks. 48 channels fill the blocks of all
    /// targets.
    struct Case: CustomStringConvertible {
        var layers: String
        var staysBlocked: Bool
        var description: String { layers }
    }

    static let cases = [
        Case(layers: "f = flatten(p)\noutput z = dense(f, units: 7)", staysBlocked: true),
        Case(layers: "f = flatten(p)\nd = dense(f, units: 19, bias: false)\noutput z = relu(d)", staysBlocked: true),
        Case(
            layers: "f = flatten(p)\na = dense(f, units: 5)\nb = dense(f, units: 5)\noutput z = add(a, b)",
            staysBlocked: true),
        Case(layers: "f = reshape(p, shape: [1200])\noutput z = dense(f, units: 3)", staysBlocked: true),
        // Somebody else reads the row.
        Case(
            layers: "f = flatten(p)\ns = softmax(f)\nd = dense(f, units: 1200)\noutput z = add(s, d)",
            staysBlocked: false),
        // There are channels that fill no block.
        Case(
            layers: "q = conv2d(p, filters: 9, kernel: [2, 2])\nf = flatten(q)\noutput z = dense(f, units: 4)",
            staysBlocked: false),
        // There is a border between the rows.
        Case(
            layers: """
                f = flatten(p)
                d = dense(f, units: 4)
                q = conv2d(p, filters: 4, kernel: [3, 3], padding: same)
                g = global_average_pool(q)
                h = flatten(g)
                output z = add(d, h)
                """, staysBlocked: false),
    ]

    @Test(arguments: cases, Processor.targets)
    func answersAgreeWithTheReference(work: Case, target: Target) throws {
        let plan = try planThatAgrees(
            """
            model layers
            input image: f32[N, 1, 12, 12]
            c = conv2d(image, filters: 48, kernel: [3, 3])
            p = max_pool2d(c, window: [2, 2])
            \(work.layers)
            """, target: target)
        let isCopied = plan.body.contains { $0.opcode == .relayout && ["p copied", "q copied"].contains($0.label) }
        #expect(isCopied == !work.staysBlocked)
    }

    /// What the caller wants is written where it is wanted.
    @Test(arguments: ["softmax", "log_softmax"], Processor.targets)
    func rowsGoStraightToTheCaller(operation: String, target: Target) throws {
        let plan = try planThatAgrees(
            "model rows\ninput image: f32[N, 13]\nd = dense(image, units: 10)\noutput z = \(operation)(d)",
            target: target)
        #expect(plan.body.map(\.opcode) == [.dense, operation == "softmax" ? .softmax : .logSoftmax])
    }
}
