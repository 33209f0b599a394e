import ApusCompiler
import Testing

@Suite struct ComputeAgainPassTests {
    private static let forward = """
        model m
        input x: f32[N, 2, 4, 4]
        input labels: i32[N]
        parameter w: f32[3, 2, 3, 3] = constant(0)
        parameter s: f32[3] = constant(1)
        parameter b: f32[3] = constant(0)
        parameter v: f32[5, 48] = constant(0)
        parameter u: f32[5] = constant(0)
        constant one: f32[] = [1]
        c = conv2d(x, w, filters: 3, kernel: [3, 3], padding: 1, bias: false)
        n, mean, variance = batch_norm_training(c, s, b)
        a = relu(n)
        f = flatten(a)
        d = dense(f, v, u, units: 5)
        output loss = logit_cross_entropy(d, labels)
        dd = logit_cross_entropy_gradient(d, labels, one)
        df = dense_input_gradient(v, dd)

        """
    private static let updates = """

        gradient w = dw
        gradient s = ds
        gradient b = db
        gradient v = dv
        gradient u = du
        """

    /// The calls are repeated before the first reader, back to what is kept; of batch norm's statistics nothing is summed again.
    @Test func callsAreRepeatedWhereTheirValuesAreRead() throws {
        try expect(
            ComputeAgain(["a", "f"]),
            turns: Self.forward + """
                dv, du = dense_weight_gradient(f, dd)
                da = reshape(df, shape: [3, 4, 4])
                dn = relu_gradient(a, da)
                dc, ds, db = batch_norm_gradient(c, dn, s, mean, variance)
                dw = conv2d_weight_gradient(x, dc, filters: 3, kernel: [3, 3], padding: 1, bias: false)
                """ + Self.updates,
            into: Self.forward + """
                n.again = batch_norm(c, s, b, mean, variance)
                a.again = relu(n.again)
                f.again = flatten(a.again)
                dv, du = dense_weight_gradient(f.again, dd)
                da = reshape(df, shape: [3, 4, 4])
                dn = relu_gradient(a.again, da)
                dc, ds, db = batch_norm_gradient(c, dn, s, mean, variance)
                dw = conv2d_weight_gradient(x, dc, filters: 3, kernel: [3, 3], padding: 1, bias: false)
                """ + Self.updates)
    }

    /// What is kept is read as it is, and a value that the backward pass doesn't read is none to be computed again.
    @Test func whatIsKeptIsNotRepeated() throws {
        let backward =
            """
            dv, du = dense_weight_gradient(f, dd)
            da = reshape(df, shape: [3, 4, 4])
            dn = relu_gradient(a, da)
            """
        try expect(
            ComputeAgain(["c", "n", "mean", "loss", "x", "w"]),
            turns: Self.forward + backward + """

                dc, ds, db = batch_norm_gradient(c, dn, s, mean, variance)
                dw = conv2d_weight_gradient(x, dc, filters: 3, kernel: [3, 3], padding: 1, bias: false)
                """ + Self.updates,
            into: Self.forward + backward + """

                c.again = conv2d(x, w, filters: 3, kernel: [3, 3], padding: 1, bias: false)
                dc, ds, db = batch_norm_gradient(c.again, dn, s, mean, variance)
                dw = conv2d_weight_gradient(x, dc, filters: 3, kernel: [3, 3], padding: 1, bias: false)
                """ + Self.updates)
    }

    /// A graph that isn't differentiated has no backward pass.
    @Test func inferenceComputesNothingAgain() throws {
        let source = "model m\ninput x: f32[N, 4]\na = relu(x)\noutput b = tanh(a)"
        try expect(ComputeAgain(["a", "b"]), turns: source, into: source)
    }
}
