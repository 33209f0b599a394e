import ApusCompiler
import ApusGraph
import Testing

@Suite struct QuantizationTests {
    private let header = """
        model m
        input x: f32[N, 1, 4, 6]
        constant xs: f32[] = [0.5]
        constant xz: u8[] = [3]
        constant w: i8[2, 1, 1, 1] = [5, -7]
        constant ws: f32[2] = [0.25, 0.125]
        constant b: i32[2] = [10, -20]
        constant bs: f32[2] = [0.125, 0.0625]
        constant ys: f32[] = [2]
        constant yz: u8[] = [0]
        q = quantize_linear(x, xs, xz)
        xd = dequantize_linear(q, xs, xz)
        wd = dequantize_linear(w, ws, axis: 0)
        bd = dequantize_linear(b, bs, axis: 0)
        c = conv2d(xd, wd, bd, filters: 2, kernel: 1)

        """

    /// The graph after the pass, without what nobody reads.
    private func recognized(_ lines: String, _ header: String? = nil) throws -> String {
        let model = Model(graph: try Graph.parse((header ?? self.header) + lines))
        return try Pipeline([RecognizeQuantized(), RemoveDeadCode()]).run(model, verify: true).graph.text
    }

    private func expect(
        _ lines: String, toHave expected: String..., sourceLocation: Testing.SourceLocation = #_sourceLocation
    ) throws {
        let text = try recognized(lines)
        for line in expected { #expect(text.contains(line), "\(text)", sourceLocation: sourceLocation) }
        #expect(!text.contains("_linear("), "\(text)", sourceLocation: sourceLocation)
    }

    @Test func aLayerBetweenCodesIsOneOfIntegers() throws {
        try expect(
            "y = quantize_linear(c, ys, yz)\noutput z = dequantize_linear(y, ys, yz)",
            toHave: "q: u8[N, 1, 4, 6] = quantize(x, scale: 0.5, zero: 3)",
            "constant c.bias: i32[2] = [10, -20]", "constant c.scale: f32[2] = [0.0625, 0.03125]",
            "y.codes: u8[N, 2, 4, 6] = quantized_conv2d(q, c.weight, c.bias, c.scale, filters: 2, kernel: [1, 1], "
                + "x_zero: 3)",
            "output z: f32[N, 2, 4, 6] = dequantize(y.codes, scale: 2.0)")
    }

    @Test func activationsBecomeLimits() throws {
        try expect(
            "r = relu(c)\ny = quantize_linear(r, ys, xz)\noutput z = dequantize_linear(y, ys, xz)",
            toHave: "x_zero: 3, zero: 3, min: 0.0)")
        try expect(
            "r = clip(c, min: -1, max: 6)\ny = quantize_linear(r, ys, xz)\noutput z = dequantize_linear(y, ys, xz)",
            toHave: "x_zero: 3, zero: 3, min: -0.5, max: 3.0)")
    }

    @Test func poolsAreTakenInBeforeAndBehindTheCodes() throws {
        let pooled = "x_zero: 3, pool: [2, 2])"
        try expect(
            "p = max_pool2d(c, window: 2)\ny = quantize_linear(p, ys, yz)\noutput z = dequantize_linear(y, ys, yz)",
            toHave: pooled)
        try expect(
            "y = quantize_linear(c, ys, yz)\nd = dequantize_linear(y, ys, yz)\noutput z = max_pool2d(d, window: 2)",
            toHave: pooled)
        // What is quantized by the same grid once more has its codes already.
        try expect(
            """
            y = quantize_linear(c, ys, yz)
            d = dequantize_linear(y, ys, yz)
            p = max_pool2d(d, window: 2)
            t = quantize_linear(p, ys, yz)
            output z = dequantize_linear(t, ys, yz)
            """,
            toHave: pooled, "output z: f32[N, 2, 2, 3] = dequantize(p.codes, scale: 2.0)")
    }

    @Test func aResultThatIsNotQuantizedIsNumbers() throws {
        try expect(
            "output r = relu(c)",
            toHave: "output r: f32[N, 2, 4, 6] = quantized_conv2d(q, c.weight, c.bias, c.scale, filters: 2, "
                + "kernel: [1, 1], x_zero: 3, to: f32, min: 0.0)",
            "constant c.scale: f32[2] = [0.125, 0.0625]")
    }

    @Test func aDenseLayerOfAnImageIsAConvolution() throws {
        try expect(
            """
            constant v: i8[3, 24] = \(Array(0..<72).map { $0 - 40 })
            constant vs: f32[] = [0.5]
            f = flatten(xd)
            vd = dequantize_linear(v, vs)
            output d = dense(f, vd, units: 3, bias: false)
            """,
            toHave: "quantized_conv2d(q, d.weight, d.bias, d.scale, filters: 3, kernel: [4, 6], x_zero: 3, to: f32)",
            "output d: f32[N, 3] = squeeze(d.image, axes: [2, 3])", "constant d.bias: i32[3] = [0, 0, 0]")
    }

    @Test func signedCodesAreMovedBy128() throws {
        let text = try recognized(
            """
            constant sz: i8[] = [-125]
            s = quantize_linear(x, xs, sz, to: i8)
            sd = dequantize_linear(s, xs, sz)
            output e = conv2d(sd, wd, bd, filters: 2, kernel: 1)
            """)
        #expect(text.contains("s.2: u8[N, 1, 4, 6] = quantize(x, scale: 0.5, zero: 3)"), "\(text)")
        #expect(text.contains("quantized_conv2d(s.2, e.weight"), "\(text)")
    }

    @Test func signedCodesOfALayerAreThereForWhoeverReadsThem() throws {
        let text = try recognized(
            """
            constant sz: i8[] = [-125]
            output y = quantize_linear(c, ys, sz, to: i8)
            output z = dequantize_linear(y, ys, sz)
            """)
        #expect(text.contains("quantized_conv2d(q, c.weight, c.bias, c.scale"), "\(text)")
        #expect(text.contains("output y: i8[N, 2, 4, 6] = cast("), "\(text)")
    }

    @Test func whatIsReadElsewhereEndsALayer() throws {
        let text = try recognized("output c\ny = quantize_linear(c, ys, yz)\noutput z = dequantize_linear(y, ys, yz)")
        #expect(text.contains("output c: f32[N, 2, 4, 6] = quantized_conv2d("), "\(text)")
        #expect(text.contains("= quantize(c, scale: 2.0)"), "\(text)")
    }

    /// Weights with a zero of their own, or with a scale for each input, are numbers.
    @Test func otherWeightsStayNumbers() throws {
        for (from, to) in [
            ("wd = dequantize_linear(w, ws, axis: 0)", "wd = dequantize_linear(w, ws, w0, axis: 0)"),
            ("constant w: i8[2, 1, 1, 1] = [5, -7]", "constant w: u8[2, 1, 1, 1] = [5, 7]"),
        ] {
            var changed = header.split(separator: "\n", omittingEmptySubsequences: false)
                .map { $0 == from ? to : String($0) }.joined(separator: "\n")
            changed = "\(changed.prefix { $0 != "\n" })\nconstant w0: i8[2] = [1, 1]\(changed.drop { $0 != "\n" })"
            let text = try recognized("output z = relu(c)", changed)
            #expect(text.contains(" conv2d("), "\(text)")
        }
    }
}
