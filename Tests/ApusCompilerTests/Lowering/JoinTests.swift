import ApusGraph
import ApusPlan
import Testing

@testable import ApusCompiler

/// Values that are made inside of the one that they are joined into.
@Suite("Joined values")
struct JoinTests {
    /// Labels of the instructions that only move elements.
    private func moves(_ plan: Plan) -> [String] {
        plan.body.filter { ["copy", "relayout"].contains("\($0.opcode)") }.map(\.label)
    }

    /// Where an instruction of the body has its operand of that number.
    private func place(_ operand: Int, of label: String, _ plan: Plan) throws -> Operand {
        try #require(plan.body.first { $0.label == label }).operands[operand]
    }

    @Test(arguments: [1, 3]) func imagesOfWholeBlocksAreNotCopied(batch: Int) throws {
        let plan = try verifiedPlan(
            """
            input image: f32[N, 3, 6, 6]
            a = conv2d(image, filters: 16, kernel: [3, 3], padding: 1)
            b = conv2d(a, filters: 8, kernel: [3, 3], padding: 1)
            c = concat(b, a, axis: 1)
            d = conv2d(c, filters: 8, kernel: [3, 3], padding: 1)
            output y = dense(flatten(d), units: 2)
            """, batch: batch)
        #expect(!moves(plan).contains { $0.hasPrefix("c") })
        // b first, a behind the one block of b, border included.
        let (first, second) = (try place(3, of: "b", plan), try place(3, of: "a", plan))
        #expect(second.offset - first.offset == 8 * 8 * 8 * 4)
        #expect(try place(0, of: "b", plan) == second)
        #expect(try place(0, of: "d", plan) == first)
    }

    @Test func blocksThatAreNotFullAreCopied() throws {
        let plan = try verifiedPlan(
            """
            input image: f32[N, 3, 6, 6]
            a = conv2d(image, filters: 6, kernel: [3, 3], padding: 1)
            b = conv2d(a, filters: 8, kernel: [3, 3], padding: 1)
            c = concat(a, b, axis: 1)
            output y = conv2d(c, filters: 8, kernel: [3, 3], padding: 1)
            """)
        #expect(moves(plan).filter { $0 == "c" }.count == 2)
    }

    @Test func valuesAlongTheOutermostDimensionAreNotCopied() throws {
        let spec = """
            input x: f32[N, 40]
            a = dense(x, units: 32)
            b = softmax(a)
            c = concat(b, a, axis: 1)
            d = dense(c, units: 16)
            output y = softmax(d)
            """
        let plan = try verifiedPlan(spec)
        #expect(moves(plan) == [])
        #expect(try place(1, of: "b", plan).offset == place(0, of: "d", plan).offset)
        #expect(try place(0, of: "b", plan).offset == place(0, of: "d", plan).offset + 32 * 4)
        // Samples that are further apart than usual are not for every instruction.
        #expect(try moves(verifiedPlan(spec, batch: 2)).filter { $0 == "c" }.count == 2)
    }

    @Test func unevenPartsAndInnerAxesAreCopied() throws {
        let uneven = try verifiedPlan(
            """
            input x: f32[N, 40]
            a = dense(x, units: 31)
            c = concat(a, softmax(a), axis: 1)
            output y = dense(c, units: 16)
            """)
        #expect(moves(uneven).filter { $0 == "c" }.count == 2)
        let inner = try verifiedPlan(
            """
            input x: f32[N, 4, 16]
            a = softmax(x)
            c = concat(a, tanh(a), axis: 2)
            output y = softmax(c)
            """)
        #expect(moves(inner).filter { $0 == "c" }.count == 2)
    }

    /// The caller's memory is written and never read.
    @Test func whatOthersReadIsNotMadeInAnOutput() throws {
        let plan = try verifiedPlan(
            """
            input x: f32[N, 16]
            a = dense(x, units: 16)
            b = dense(a, units: 16)
            output y = concat(b, a, axis: 1)
            """)
        #expect(moves(plan) == ["y"])
        #expect(try place(3, of: "b", plan) == Operand(.output))
        #expect(try place(3, of: "a", plan).arena == .activations)
    }

    @Test func partsOfImagesAreViews() throws {
        let plan = try verifiedPlan(
            """
            input image: f32[N, 3, 6, 6]
            a = conv2d(image, filters: 24, kernel: [3, 3], padding: 1)
            b, c = split(a, axis: 1, sizes: [16, 8])
            d = conv2d(c, filters: 8, kernel: [3, 3], padding: 1)
            e = conv2d(b, filters: 8, kernel: [3, 3], padding: 1)
            f = add(d, e)
            output y = dense(flatten(f), units: 2)
            """)
        #expect(!moves(plan).contains { ["b", "c"].contains($0) || $0.hasPrefix("a") })
    }

    /// What a part is computed from in place is made there too: the sums of a transposed convolution, and then its bias.
    @Test func operandsOfPartsAreMadeThere() throws {
        let plan = try verifiedPlan(
            """
            input image: f32[N, 3, 6, 6]
            a = conv2d(image, filters: 8, kernel: [3, 3], padding: 1)
            b = conv_transpose2d(a, filters: 8, kernel: [2, 2], stride: [2, 2])
            c = conv_transpose2d(a, filters: 8, kernel: [2, 2], stride: [2, 2])
            d = concat(b, c, axis: 1)
            output y = conv2d(d, filters: 8, kernel: [3, 3], padding: 1)
            """)
        #expect(moves(plan).filter { $0 != "image copied" && $0 != "y" } == [])
        let bias = try #require(plan.body.first { $0.label == "b" && "\($0.opcode)" == "broadcast" })
        #expect(bias.operands.first == bias.operands.last)
    }
}
