import ApusCompiler
import ApusGraph
import Testing

@Suite struct TrimTests {
    @Test func whatFloorPoolingDropsIsNotComputed() throws {
        try expect(
            Trim(),
            turns: """
                model m
                input x: f32[N, 2, 7, 9]
                c = conv2d(x, filters: 3, kernel: 3, padding: 1)
                r = relu(c)
                output p = max_pool2d(r, window: 2)
                """,
            into: """
                model m
                input x: f32[N, 2, 7, 9]
                c = conv2d(x, filters: 3, kernel: 3, padding: 1, trim: 1)
                r = relu(c)
                output p = max_pool2d(r, window: 2)
                """)
    }

    @Test func theNeedIsFollowedThroughSeveralLayers() throws {
        // The pool reads 6 of the 7 rows of b, and these read 7 of the 8 rows of a.
        try expect(
            Trim(),
            turns: """
                model m
                input x: f32[N, 1, 10, 8]
                a = conv2d(x, filters: 2, kernel: 3)
                r = relu(a)
                b = conv2d(r, filters: 2, kernel: [2, 1])
                s = sigmoid(b)
                output p = max_pool2d(s, window: 2)
                """,
            into: """
                model m
                input x: f32[N, 1, 10, 8]
                a = conv2d(x, filters: 2, kernel: 3, trim: [1, 0])
                r = relu(a)
                b = conv2d(r, filters: 2, kernel: [2, 1])
                s = sigmoid(b)
                output p = max_pool2d(s, window: 2)
                """)
    }

    @Test func paddingAtACutEdgeGoes() throws {
        // Two of the three rows of p are read; they read row −1 (padding) to 4 of the 8 rows of a, and 6 of 9 columns.
        try expect(
            Trim(),
            turns: """
                model m
                input x: f32[N, 1, 8, 9]
                a = conv2d(x, filters: 1, kernel: 1)
                p = average_pool2d(a, window: 3, padding: [1, 0, 1, 0])
                b = conv2d(p, filters: 1, kernel: 1)
                output q = max_pool2d(b, window: 2)
                """,
            into: """
                model m
                input x: f32[N, 1, 8, 9]
                a = conv2d(x, filters: 1, kernel: 1, trim: [3, 3])
                p = average_pool2d(a, window: 3, padding: [1, 0, 0, 0])
                b = conv2d(p, filters: 1, kernel: 1)
                output q = max_pool2d(b, window: 2)
                """)
    }

    @Test func whatIsReadAsAWholeStaysWhole() throws {
        for reader in ["flatten(c)", "global_average_pool(c)", "add(c, x)", "softmax(c)"] {
            let source = """
                model m
                input x: f32[N, 3, 7, 7]
                c = conv2d(x, filters: 3, kernel: 3, padding: 1)
                output p = max_pool2d(c, window: 2)
                output y = \(reader)
                """
            try expect(Trim(), turns: source, into: source)
        }
    }

    @Test func outputsStayWhole() throws {
        let source = """
            model m
            input x: f32[N, 3, 7, 7]
            output c = conv2d(x, filters: 3, kernel: 3, padding: 1)
            output p = max_pool2d(c, window: 2)
            """
        try expect(Trim(), turns: source, into: source)
    }

    @Test func residualSumsAreTrimmedTogether() throws {
        try expect(
            Trim(),
            turns: """
                model m
                input x: f32[N, 3, 7, 7]
                a = conv2d(x, filters: 3, kernel: 3, padding: 1)
                b = conv2d(a, filters: 3, kernel: 1)
                c = add(a, b)
                output p = max_pool2d(c, window: 2)
                """,
            into: """
                model m
                input x: f32[N, 3, 7, 7]
                a = conv2d(x, filters: 3, kernel: 3, padding: 1, trim: 1)
                b = conv2d(a, filters: 3, kernel: 1)
                c = add(a, b)
                output p = max_pool2d(c, window: 2)
                """)
        // The input can't be trimmed, so the other branch isn't either.
        let source = """
            model m
            input x: f32[N, 3, 7, 7]
            a = conv2d(x, filters: 3, kernel: 3, padding: 1)
            c = add(a, x)
            output p = max_pool2d(c, window: 2)
            """
        try expect(Trim(), turns: source, into: source)
    }

    @Test func valuesStretchedOverRowsNeedTheWhole() throws {
        let source = """
            model m
            input x: f32[N, 3, 3, 3]
            constant k: f32[3, 1] = [1, 2, 3]
            a = conv2d(x, filters: 3, kernel: 1)
            c = add(a, k)
            output p = max_pool2d(c, window: 2)
            """
        try expect(Trim(), turns: source, into: source)
    }

    @Test func inferenceBatchNormIsTrimmedAndTheTrainingOneIsNot() throws {
        func source(_ call: String, trim: String = "") -> String {
            """
            model m
            input x: f32[N, 1, 5, 5]
            parameter s: f32[2] = constant(1)
            statistic v: f32[2] = constant(1)
            c = conv2d(x, filters: 2, kernel: 1\(trim))
            \(call)
            output p = max_pool2d(n, window: 2)
            """
        }
        let inference = "n = batch_norm(c, s, s, v, v)"
        try expect(Trim(), turns: source(inference), into: source(inference, trim: ", trim: 1"))
        let training = "n, m, q = batch_norm_training(c, s, s)"
        try expect(Trim(), turns: source(training), into: source(training))
    }
}
