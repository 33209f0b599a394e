import ApusGraph
import Testing

@testable import ApusCompiler

/// Passes on what other tools put around images: other orders of the dimensions, margins, scales.
@Suite("Passes on imported images")
struct LayoutPassTests {
    private func images(_ lines: String) -> String {
        """
        model m
        input x: f32[N, 6, 5, 3]
        parameter weight: f32[3, 6, 3, 3] = normal(1)
        parameter bias: f32[3] = normal(1)
        parameter scale: f32[1, 3, 1, 1] = normal(1)
        parameter shift: f32[3, 1, 1] = normal(1)
        parameter last: f32[3] = normal(1)
        constant half: f32[] = [0.5]
        \(lines)
        """
    }

    // MARK: Transposes

    @Test(arguments: [
        (
            "output y = transpose(transpose(x, permutation: [0, 2, 3, 1]), permutation: [0, 3, 1, 2])\noutput z = relu(x)",
            ["transpose", "relu"]
        ),
        (
            "a = transpose(x, permutation: [0, 2, 3, 1])\noutput y = relu(transpose(a, permutation: [0, 3, 1, 2]))",
            ["relu"]
        ),
        (
            "a = transpose(x, permutation: [0, 2, 3, 1])\noutput y = transpose(a, permutation: [0, 2, 1, 3])",
            ["transpose"]
        ),
        (
            "a = relu(transpose(x, permutation: [0, 2, 3, 1]))\nb = multiply(a, half)\noutput y = exp(transpose(b, permutation: [0, 3, 1, 2]))",
            ["relu", "multiply", "exp"]
        ),
        (
            "a = transpose(x, permutation: [0, 2, 1, 3])\nb = add(a, last)\noutput y = exp(transpose(b, permutation: [0, 2, 1, 3]))",
            ["reshape", "transpose", "add", "exp"]
        ),
        (
            "a = transpose(x, permutation: [0, 3, 1, 2])\nb = transpose(exp(x), permutation: [0, 3, 1, 2])\nc = concat(a, b, axis: 1)\noutput y = relu(transpose(c, permutation: [0, 2, 3, 1]))",
            ["exp", "concat", "relu"]
        ),
        (
            "a = transpose(x, permutation: [0, 3, 1, 2])\nb = pad_constant(a, before: [0, 0, 1, 2], after: [0, 0, 3, 4])\noutput y = relu(transpose(b, permutation: [0, 2, 3, 1]))",
            ["pad_constant", "relu"]
        ),
    ])
    func transposesAreMovedTogether(lines: String, operators: [String]) throws {
        #expect(try operatorsOfSameGraph(MergeTransposes(), images(lines)) == operators)
    }

    /// Where none would be saved, they stay where they are.
    @Test func transposesThatMeetNoOtherStay() throws {
        let lines = "a = transpose(x, permutation: [0, 2, 3, 1])\noutput y = relu(a)"
        #expect(try operatorsOfSameGraph(MergeTransposes(), images(lines)) == ["transpose", "relu"])
    }

    // MARK: Margins

    @Test(arguments: [
        "conv2d(p, weight, bias, filters: 3, kernel: 3)",
        "conv2d(p, weight, bias, filters: 3, kernel: 3, padding: [1, 0, 0, 2], stride: 2)",
        "average_pool2d(p, window: 4, stride: 1)",
    ])
    func marginsBecomePadding(call: String) throws {
        let lines = "p = pad_constant(x, before: [0, 0, 1, 2], after: [0, 0, 3, 1])\noutput y = \(call)"
        #expect(try operatorsOfSameGraph(MergePads(), images(lines)) == [String(call.prefix { $0 != "(" })])
    }

    @Test(arguments: [
        "p = pad_constant(x, before: [0, 0, 1, 2], after: [0, 0, 3, 1], value: 1)\noutput y = conv2d(p, weight, bias, filters: 3, kernel: 3)",
        "p = pad_constant(x, before: [0, 0, -1, 0], after: [0, 0, 0, 0])\noutput y = conv2d(p, weight, bias, filters: 3, kernel: 3)",
        "p = pad_constant(x, before: [0, 0, 1, 1], after: [0, 0, 1, 1])\noutput y = max_pool2d(p, window: 2)",
        "p = pad_constant(x, before: [0, 0, 1, 1], after: [0, 0, 1, 1])\noutput y = average_pool2d(p, window: 2, padding: 1)",
        "p = pad_constant(x, before: [0, 0, 2, 2], after: [0, 0, 2, 2])\noutput y = average_pool2d(p, window: 2)",
    ])
    func otherMarginsStay(lines: String) throws {
        #expect(try operatorsOfSameGraph(MergePads(), images(lines)).first == "pad_constant")
    }

    // MARK: Scales

    @Test(arguments: [
        "output y = multiply(c, scale)", "output y = add(shift, c)", "output y = subtract(c, shift)",
        "output y = divide(c, scale)", "output y = add(multiply(half, c), half)",
        "output y = relu(divide(add(multiply(c, scale), shift), half))",
    ])
    func scalesBecomeWeights(end: String) throws {
        for convolution in [
            "conv2d(x, weight, bias, filters: 3, kernel: 3)", "conv2d(x, weight, filters: 3, kernel: 3, bias: false)",
        ] {
            let operators = try operatorsOfSameGraph(FoldScales(), images("c = \(convolution)\n\(end)"))
            #expect(
                operators.filter { $0 == "conv2d" || $0 == "relu" }
                    == (end.contains("relu") ? ["conv2d", "relu"] : ["conv2d"]))
            let last = operators.drop { $0 != "conv2d" }
            #expect(last.count == (end.contains("relu") ? 2 : 1), "\(operators)")
        }
    }

    @Test(arguments: [
        "output c\noutput y = multiply(c, scale)", "output y = subtract(shift, c)", "output y = multiply(c, last)",
        "output y = multiply(c, c)",
    ])
    func otherFactorsStay(end: String) throws {
        let lines = "c = conv2d(x, weight, bias, filters: 3, kernel: 3)\n\(end)"
        #expect(try operatorsOfSameGraph(FoldScales(), images(lines)).first == "conv2d")
    }

    @Test func scalesOfDenseLayersBecomeWeights() throws {
        let operators = try operatorsOfSameGraph(
            FoldScales(),
            """
            model m
            input x: f32[N, 5]
            parameter weight: f32[4, 5] = normal(1)
            parameter scale: f32[4] = normal(1)
            d = dense(x, weight, units: 4, bias: false)
            output y = add(multiply(d, scale), scale)
            """)
        #expect(operators.last == "dense")
    }

    @Test func scalesOfOneSampleBecomeWeights() throws {
        let operators = try operatorsOfSameGraph(
            FoldScales(),
            """
            model m
            input x: f32[1, 2, 5, 5]
            parameter weight: f32[3, 2, 3, 3] = normal(1)
            parameter scale: f32[3] = normal(1)
            parameter shift: f32[3, 1, 1] = normal(1)
            c = conv2d(x, weight, filters: 3, kernel: 3, bias: false)
            output y = relu(add(multiply(c, unsqueeze(scale, axes: [1, 2])), shift))
            """)
        #expect(operators.suffix(2) == ["conv2d", "relu"])
    }

    // MARK: Folding

    @Test func whatWouldGrowIsComputedLater() throws {
        let spec = """
            model m
            parameter row: f32[1, 512] = normal(1)
            input x: f32[N, 512]
            big = expand(row, shape: [512, 512])
            output y = matmul(x, big)
            """
        #expect(try operatorsOfSameGraph(FoldConstants(), spec) == ["expand", "matmul"])
    }
}
