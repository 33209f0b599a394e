import ApusGraph
import Testing

@testable import ApusCompiler

/// What exporters write in many nodes gets the operator that computes it, and the same numbers.
@Suite("Recognition of patterns")
struct RecognitionTests {
    // MARK: Norms

    private let centered = """
        model m
        input x: f32[N, 3, 8]
        parameter scale: f32[8] = normal(1)
        parameter shift: f32[8] = normal(1)
        constant epsilon: f32[] = [0.00001]
        constant two: f32[] = [2]
        constant one: f32[] = [1]
        mean = reduce_mean(x, axes: [-1], keep: true)
        d = subtract(x, mean)

        """

    @Test(arguments: [
        "v = reduce_mean(pow(d, two), axes: [-1], keep: true)\nn = divide(d, sqrt(add(v, epsilon)))",
        "v = reduce_mean(multiply(d, d), axes: [2], keep: true)\nn = divide(d, sqrt(add(epsilon, v)))",
        "v = reduce_mean(pow(d, two), axes: [-1], keep: true)\nn = multiply(reciprocal(sqrt(add(v, epsilon))), d)",
        "v = reduce_mean(pow(d, two), axes: [-1], keep: true)\nn = multiply(d, divide(one, sqrt(add(v, epsilon))))",
    ])
    func layerNormsAreRecognized(normal: String) throws {
        let ends = [
            "output y = identity(n)", "output y = multiply(n, scale)", "output y = add(shift, multiply(scale, n))",
            "output y = add(n, shift)",
        ]
        for end in ends {
            let operators = try recognized(RecognizeNorms(), centered + normal + "\n" + end)
            #expect(operators.filter { $0 != "identity" } == ["layer_norm"], "\(end)")
        }
    }

    @Test func normsWithoutAMeanAreRecognized() throws {
        let start = """
            model m
            input x: f32[N, 3, 8]
            parameter scale: f32[8] = normal(1)
            constant epsilon: f32[] = [0.00001]
            constant two: f32[] = [2]
            r = sqrt(add(reduce_mean(pow(x, two), axes: [-1], keep: true), epsilon))

            """
        #expect(try recognized(RecognizeNorms(), start + "output y = multiply(scale, divide(x, r))") == ["rms_norm"])
        #expect(
            try recognized(RecognizeNorms(), start + "output y = multiply(multiply(x, reciprocal(r)), scale)")
                == ["rms_norm"])
    }

    /// Another mean, a root of something else, squares of another value, rows that do not end with the value.
    @Test(arguments: [
        "v = reduce_mean(pow(x, two), axes: [-1], keep: true)\noutput y = divide(d, sqrt(add(v, epsilon)))",
        "v = reduce_mean(pow(d, one), axes: [-1], keep: true)\noutput y = divide(d, sqrt(add(v, epsilon)))",
        "v = reduce_mean(pow(d, two), axes: [1], keep: true)\noutput y = divide(d, sqrt(add(v, epsilon)))",
        "v = reduce_sum(pow(d, two), axes: [-1], keep: true)\noutput y = divide(d, sqrt(add(v, epsilon)))",
    ])
    func whatIsNoNormStays(end: String) throws {
        #expect(!(try recognized(RecognizeNorms(), centered + end)).contains("layer_norm"))
    }

    // MARK: Attention

    private func attention(_ lines: String) -> String {
        """
        model m
        input q: f32[N, 2, 5, 4]
        input k: f32[N, 2, 6, 4]
        input v: f32[N, 2, 6, 3]
        input mask: f32[N, 1, 1, 6]
        input seen: bool[N, 1, 5, 6]
        constant scale: f32[] = [0.3]
        constant divisor: f32[] = [2]
        constant low: f32[] = [-3e38]
        \(lines)
        """
    }

    @Test(arguments: [
        "s = multiply(matmul(q, transpose(k, permutation: [0, 1, 3, 2])), scale)",
        "s = divide(matmul(q, k, transpose_b: true), divisor)",
        "s = matmul(multiply(q, scale), transpose(multiply(scale, k), permutation: [0, 1, 3, 2]))",
        "s = add(divide(matmul(q, k, transpose_b: true), divisor), mask)",
        "s = add(mask, matmul(q, k, transpose_b: true))",
        "s = where(seen, matmul(q, k, transpose_b: true), low)",
        "s = where(not(seen), low, matmul(q, k, transpose_b: true))",
    ])
    func attentionIsRecognized(scores: String) throws {
        let operators = try recognized(
            RecognizeAttention(), attention("\(scores)\noutput y = matmul(softmax(s), v)"))
        #expect(operators.last == "attention")
        #expect(!operators.contains("softmax") && !operators.contains("matmul"))
    }

    @Test(arguments: [
        "output y = matmul(softmax(matmul(q, k, transpose_b: true), axis: 2), v)",
        "s = where(seen, matmul(q, k, transpose_b: true), scale)\noutput y = matmul(softmax(s), v)",
        "s = softmax(tanh(matmul(q, k, transpose_b: true)))\noutput y = matmul(s, v)",
    ])
    func whatIsNoAttentionStays(lines: String) throws {
        #expect(!(try recognized(RecognizeAttention(), attention(lines))).contains("attention"))
    }

    // MARK: Activations

    private func activation(_ lines: String) -> String {
        """
        model m
        input z: f32[N, 7]
        parameter shift: f32[7] = normal(1)
        constant half: f32[] = [0.5]
        constant one: f32[] = [1]
        constant three: f32[] = [3]
        constant six: f32[] = [6]
        constant root: f32[] = [1.4142135381698608]
        constant inverse: f32[] = [0.7071067690849304]
        constant factor: f32[] = [0.7978845834732056]
        constant cubic: f32[] = [0.044714998453855515]
        x = add(z, shift)
        \(lines)
        """
    }

    @Test(arguments: [
        ("output y = multiply(multiply(x, add(erf(divide(x, root)), one)), half)", "gelu"),
        ("output y = multiply(multiply(x, half), add(one, erf(multiply(x, inverse))))", "gelu"),
        (
            "t = tanh(multiply(factor, add(x, multiply(cubic, pow(x, three)))))\noutput y = multiply(multiply(half, x), add(one, t))",
            "gelu"
        ),
        ("output y = multiply(x, sigmoid(x))", "silu"),
        ("output y = multiply(sigmoid(x), x)", "silu"),
        ("output y = multiply(x, tanh(softplus(x)))", "mish"),
        ("output y = multiply(x, divide(clip(add(x, three), min: 0, max: 6), six))", "hard_swish"),
        ("output y = divide(multiply(x, clip(add(x, three), min: 0, max: 6)), six)", "hard_swish"),
    ])
    func activationsAreRecognized(lines: String, name: String) throws {
        #expect(try recognized(RecognizeActivations(), activation(lines)) == ["add", name])
    }

    @Test(arguments: [
        "output y = multiply(x, sigmoid(z))", "output y = multiply(multiply(x, sigmoid(x)), half)",
        "output y = multiply(x, add(erf(x), one))", "output y = multiply(x, half)",
    ])
    func otherFormulasStay(lines: String) throws {
        let operators = try recognized(RecognizeActivations(), activation(lines))
        #expect(!operators.contains("silu") && !operators.contains("gelu"))
    }

    // MARK: Dense layers

    private func dense(_ lines: String) -> String {
        """
        model m
        input x: f32[N, 3, 5]
        input row: f32[1, 5]
        input other: f32[5, 4]
        parameter weight: f32[5, 4] = normal(1)
        parameter turned: f32[4, 5] = normal(1)
        parameter bias: f32[4] = normal(1)
        parameter table: f32[3, 4] = normal(1)
        \(lines)
        """
    }

    @Test(arguments: [
        "output y = matmul(x, weight)", "output y = matmul(x, turned, transpose_b: true)",
        "output y = add(matmul(x, weight), bias)", "output y = add(bias, matmul(x, transpose(turned)))",
        "output y = add(matmul(x, weight), reshape(bias, whole: [1, 1, 4]))",
    ])
    func productsWithWeightsAreLinearLayers(lines: String) throws {
        let operators = try recognized(RecognizeDense(), dense(lines))
        #expect(operators.last == "linear")
        #expect(!operators.contains("matmul") && !operators.contains("add"))
    }

    @Test func productsOfMatricesAreDenseLayers() throws {
        #expect(
            try recognized(RecognizeDense(), dense("output y = relu(add(matmul(row, weight), bias))"))
                == ["transpose", "dense", "relu"])
    }

    @Test(arguments: [
        "output y = matmul(row, other)", "output y = matmul(weight, turned)",
        "output y = matmul(other, turned, transpose_a: true, transpose_b: true)",
    ])
    func otherProductsStay(lines: String) throws {
        #expect(try recognized(RecognizeDense(), dense(lines)).contains("matmul"))
    }

    /// A number for each element is no bias, nor is a bias taken in where the product is read elsewhere.
    @Test(arguments: [
        "output y = add(matmul(x, weight), table)", "p = matmul(x, weight)\noutput p\noutput y = add(p, bias)",
    ])
    func otherSumsStay(lines: String) throws {
        let operators = try recognized(RecognizeDense(), dense(lines))
        #expect(operators.contains("linear") && operators.last == "add")
    }

    /// The operators of the graph after the pass, in order, once it is seen to compute the same.
    private func recognized(
        _ pass: any Pass, _ spec: String, sourceLocation: Testing.SourceLocation = #_sourceLocation
    ) throws -> [String] {
        try operatorsOfSameGraph(pass, spec, sourceLocation: sourceLocation)
    }
}
