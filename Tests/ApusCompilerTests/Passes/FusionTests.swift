import ApusCompiler
import ApusGraph
import Testing

@Suite struct FusionTests {
    private func forward(_ lines: String) -> String {
        """
        model m
        input x: f32[N, 1, 4, 5]
        parameter w: f32[2, 1, 1, 1] = constant(0)
        \(lines)
        """
    }

    private func expectFusion(_ before: String, _ after: String, _ location: Testing.SourceLocation = #_sourceLocation)
        throws
    {
        try expect(
            FuseConvolutions(),
            turns: forward("c = conv2d(x, w, filters: 2, kernel: 1, bias: false)\n" + before), into: forward(after),
            sourceLocation: location)
    }

    private let convolution = "conv2d(x, w, filters: 2, kernel: 1, bias: false"

    @Test func convolutionTakesInWhatFollows() throws {
        let fused = "fused_" + convolution
        try expectFusion("output r = relu(c)", "output r = \(fused), activation: relu)")
        try expectFusion("output p = max_pool2d(c, window: 2)", "output p = \(fused), pool: [2, 2])")
        let both = "\(fused), activation: relu, pool: [2, 2])"
        try expectFusion("r = relu(c)\noutput p = max_pool2d(r, window: 2)", "output p = \(both)")
        try expectFusion("p = max_pool2d(c, window: 2)\noutput r = relu(p)", "output r = \(both)")
    }

    @Test func convolutionTakesInClips() throws {
        let fused = "fused_" + convolution
        try expectFusion(
            "output r = clip(c, min: 0, max: 6)", "output r = \(fused), activation: clip, min: 0, max: 6)")
        try expectFusion(
            "p = max_pool2d(c, window: 2)\noutput r = clip(p, min: 0, max: 6)",
            "output r = \(fused), activation: clip, min: 0, max: 6, pool: [2, 2])")
        let empty = "output r = clip(c, min: 3, max: 1)"
        try expectFusion(empty, "c = \(convolution))\n\(empty)")
    }

    @Test func fusionEndsWhereAValueIsReadElsewhere() throws {
        let plain = "c = \(convolution))\n"
        try expectFusion("output c\noutput r = relu(c)", plain + "output c\noutput r = relu(c)")
        try expectFusion("r = relu(c)\noutput s = add(r, c)", plain + "r = relu(c)\noutput s = add(r, c)")
        try expectFusion(
            "output r = relu(c)\noutput p = max_pool2d(r, window: 2)",
            "output r = fused_\(convolution), activation: relu)\noutput p = max_pool2d(r, window: 2)")
        try expectFusion(
            "output p = max_pool2d(c, window: 2)\noutput r = relu(p)",
            "output p = fused_\(convolution), pool: [2, 2])\noutput r = relu(p)")
    }

    @Test func poolsThatOverlapOrArePaddedStayApart() throws {
        for pool in ["window: 2, stride: 1", "window: 2, padding: 1", "window: [2, 2], padding: same"] {
            try expectFusion(
                "r = relu(c)\noutput p = max_pool2d(r, \(pool))",
                "r = fused_\(convolution), activation: relu)\noutput p = max_pool2d(r, \(pool))")
        }
    }

    private func expectAddition(
        _ before: String, _ after: String, _ location: Testing.SourceLocation = #_sourceLocation
    ) throws {
        let side = "s = conv2d(x, w, filters: 2, kernel: 1, bias: false)\n"
        try expect(
            FuseAdditions(), turns: forward(side + "c = \(convolution))\n" + before), into: forward(side + after),
            sourceLocation: location)
    }

    @Test func convolutionTakesInWhatIsAddedToIt() throws {
        let fused = "fused_conv2d(x, w, s, filters: 2, kernel: 1, bias: false"
        // s is read twice, so that it is the other one that is fused, whichever comes first.
        for sum in ["add(c, s)", "add(s, c)"] {
            try expectAddition(
                "y = \(sum)\noutput z = relu(y)\noutput s",
                "output z = \(fused), activation: relu, addend: true)\noutput s")
            try expectAddition("output y = \(sum)\noutput s", "output y = \(fused), addend: true)\noutput s")
        }
    }

    @Test func whatIsAddedMustBeOfOneTypeAndReadNowhereElse() throws {
        for sum in [
            "output y = add(c, s)\noutput c, s", "output y = add(c, c)\noutput s",
            "constant k: f32[2, 1, 1] = [1, 2]\noutput y = add(c, k)\noutput s",
        ] { try expectAddition(sum, "c = \(convolution))\n" + sum) }
    }

    @Test func denseTakesInTheRectifier() throws {
        func source(_ lines: String) -> String {
            "model m\ninput x: f32[N, 4]\nparameter w: f32[2, 4] = constant(0)\n" + lines
        }
        try expect(
            FuseConvolutions(), turns: source("d = dense(x, w, units: 2, bias: false)\noutput r = relu(d)"),
            into: source("output r = fused_dense(x, w, units: 2, bias: false, activation: relu)"))
    }

    private func training(_ lines: String) -> String {
        """
        model m
        input x: f32[N, 1, 4, 5]
        input dy: f32[N, 2, 2, 2]
        parameter w: f32[2, 1, 1, 1] = constant(0)
        \(lines)
        dw = conv2d_weight_gradient(x, dc, filters: 2, kernel: 1, bias: false)
        gradient w = dw
        """
    }

    @Test func backwardTwinsBecomeAnUnpooling() throws {
        let fused = "fused_\(convolution), activation: relu, pool: [2, 2], argmax: true)"
        try expect(
            FuseGradients(),
            turns: training(
                """
                c = \(convolution))
                r = relu(c)
                output p = max_pool2d(r, window: 2)
                dr = max_pool2d_gradient(r, dy, window: 2)
                dc = relu_gradient(r, dr)
                """),
            into: training(
                """
                p, p.argmax = \(fused)
                output p
                dc = max_unpool2d(p.argmax, dy, window: 2, input: [4, 5])
                """))
        try expect(
            FuseGradients(),
            turns: training(
                """
                c = \(convolution))
                p = max_pool2d(c, window: 2)
                output r = relu(p)
                dp = relu_gradient(r, dy)
                dc = max_pool2d_gradient(c, dp, window: 2)
                """),
            into: training(
                """
                r, r.argmax = \(fused)
                output r
                dc = max_unpool2d(r.argmax, dy, window: 2, input: [4, 5])
                """))
        try expect(
            FuseGradients(),
            turns: training(
                """
                c = \(convolution))
                output p = max_pool2d(c, window: 2)
                dc = max_pool2d_gradient(c, dy, window: 2)
                """),
            into: training(
                """
                p, p.argmax = fused_\(convolution), pool: [2, 2], argmax: true)
                output p
                dc = max_unpool2d(p.argmax, dy, window: 2, input: [4, 5])
                """))
    }

    @Test func activationsThatAreReadElsewhereAreKept() throws {
        let source = training(
            """
            c = \(convolution))
            r = relu(c)
            output p = max_pool2d(r, window: 2)
            dr = max_pool2d_gradient(r, dy, window: 2)
            dc = relu_gradient(r, dr)
            output t = tanh(r)
            """)
        try expect(FuseGradients(), turns: source, into: source)
        let shared = training(
            """
            c = \(convolution))
            r = relu(c)
            output p = max_pool2d(r, window: 2)
            dr = max_pool2d_gradient(r, dy, window: 2)
            dc = relu_gradient(r, dr)
            output t = tanh(dr)
            """)
        try expect(FuseGradients(), turns: shared, into: shared)
    }
}
