import ApusCompiler
import ApusGraph
import Testing

/// The passes that make a graph plainer, each on a graph before and after it.
@Suite struct SimplificationTests {
    @Test func parametersBecomeOperands() throws {
        try expect(
            ExplicitParameters(),
            turns: """
                model m
                input x: f32[N, 2, 4, 4]
                parameter w: f32[10, 48] = constant(0)
                conv = conv2d(x, filters: 3, kernel: 1)
                norm = batch_norm(conv)
                flat = flatten(norm)
                row = dense(flat, w, units: 10)
                output last = dense(row, units: 2, bias: false)
                """,
            into: """
                model m
                input x: f32[N, 2, 4, 4]
                parameter w: f32[10, 48] = constant(0)
                parameter conv.weight: f32[3, 2, 1, 1] = glorot_uniform(fan_in: 2, fan_out: 3)
                parameter conv.bias: f32[3] = constant(0)
                parameter norm.scale: f32[3] = constant(1)
                parameter norm.bias: f32[3] = constant(0)
                statistic norm.mean: f32[3] = constant(0)
                statistic norm.variance: f32[3] = constant(1)
                parameter row.bias: f32[10] = constant(0)
                parameter last.weight: f32[2, 10] = glorot_uniform(fan_in: 10, fan_out: 2)
                conv = conv2d(x, conv.weight, conv.bias, filters: 3, kernel: 1)
                norm = batch_norm(conv, norm.scale, norm.bias, norm.mean, norm.variance)
                flat = flatten(norm)
                row = dense(flat, w, row.bias, units: 10)
                output last = dense(row, last.weight, units: 2, bias: false)
                """)
    }

    @Test func explicitParametersStayAsTheyAre() throws {
        let source = """
            model m
            input x: f32[N, 4]
            parameter w: f32[2, 4] = constant(0)
            parameter b: f32[2] = constant(0)
            output y = dense(x, w, b, units: 2)
            """
        try expect(ExplicitParameters(), turns: source, into: source)
    }

    @Test func dropoutIsForTraining() throws {
        try expect(
            InferenceMode(),
            turns: """
                model m
                input x: f32[N, 4]
                a = dropout(x, rate: 0.5)
                b = relu(a)
                output c = dropout(b, rate: 0.5)
                output d = dropout(x, rate: 0.5)
                """,
            into: """
                model m
                input x: f32[N, 4]
                c = relu(x)
                d = reshape(x, shape: [4])
                output c, d
                """)
    }

    @Test func identitiesGo() throws {
        try expect(
            RemoveIdentities(),
            turns: """
                model m
                input x: f32[N, 2, 3]
                constant zero: f32[] = [0]
                constant one: f32[3] = [1, 1, 1]
                a = reshape(x, shape: [2, 3])
                b = add(zero, a)
                c = multiply(b, one)
                d = reshape(c, shape: [6])
                e = flatten(d)
                f = reshape(e, shape: [3, 2])
                output g = relu(f)
                output h = add(x, one)
                """,
            into: """
                model m
                input x: f32[N, 2, 3]
                constant zero: f32[] = [0]
                constant one: f32[3] = [1, 1, 1]
                d = reshape(x, shape: [6])
                e = flatten(x)
                f = reshape(x, shape: [3, 2])
                output g = relu(f)
                output h = add(x, one)
                """)
    }

    @Test func addingZerosThatWidenIsNoIdentity() throws {
        let source = """
            model m
            input x: f32[N, 1]
            constant zeros: f32[3] = [0, 0, 0]
            output y = add(x, zeros)
            """
        try expect(RemoveIdentities(), turns: source, into: source)
    }

    @Test func identityThatIsAnOutputHandsOnItsName() throws {
        try expect(
            RemoveIdentities(),
            turns: """
                model m
                input x: f32[N, 2]
                a = relu(x)
                output b = flatten(a)
                output c = flatten(b)
                output d = flatten(x)
                """,
            into: """
                model m
                input x: f32[N, 2]
                b = relu(x)
                c = flatten(b)
                d = flatten(x)
                output b, c, d
                """)
    }

    @Test func duplicatesAreComputedOnce() throws {
        try expect(
            RemoveDuplicates(),
            turns: """
                model m
                input x: f32[N, 2]
                constant p: f32[2] = [1, 2]
                constant q: f32[2] = [1, 2]
                constant r: f32[1, 2] = [1, 2]
                a = add(x, p)
                b = add(x, q)
                c = add(x, r)
                d = relu(a)
                e = relu(b)
                output f = multiply(d, e)
                output g = multiply(e, d)
                output h = tanh(c)
                """,
            into: """
                model m
                input x: f32[N, 2]
                constant p: f32[2] = [1, 2]
                constant q: f32[2] = [1, 2]
                constant r: f32[1, 2] = [1, 2]
                a = add(x, p)
                c = add(x, r)
                d = relu(a)
                f = multiply(d, d)
                g = multiply(d, d)
                h = tanh(c)
                output f, g, h
                """)
    }

    @Test func attributesTellCallsApart() throws {
        let source = """
            model m
            input x: f32[N, 2]
            a = dropout_training(x, rate: 0.5, stream: 1)
            b = dropout_training(x, rate: 0.5, stream: 2)
            output c = add(a, b)
            """
        try expect(RemoveDuplicates(), turns: source, into: source)
    }

    @Test func deadCodeGoesWithItsParameters() throws {
        let source = """
            model m
            input x: f32[N, 2]
            input unused: f32[N, 2]
            parameter w: f32[2, 2] = constant(0)
            parameter v: f32[2, 2] = constant(0)
            constant k: f32[] = [3]
            a = dense(x, v, units: 2, bias: false)
            b = add(a, k)
            output c = dense(x, w, units: 2, bias: false)
            """
        try expect(
            RemoveDeadCode(), turns: source,
            into: """
                model m
                input x: f32[N, 2]
                input unused: f32[N, 2]
                parameter w: f32[2, 2] = constant(0)
                output c = dense(x, w, units: 2, bias: false)
                """)
        try expect(
            RemoveDeadCode(keepsParameters: true), turns: source,
            into: """
                model m
                input x: f32[N, 2]
                input unused: f32[N, 2]
                parameter w: f32[2, 2] = constant(0)
                parameter v: f32[2, 2] = constant(0)
                output c = dense(x, w, units: 2, bias: false)
                """)
        let model = Model(graph: try Graph.parse(source)).initialized(seed: 1)
        #expect(try RemoveDeadCode().apply(to: model).weights.keys.sorted() == ["w"])
    }

    /// A 0 keeps a dimension of the operand, and an axis counts its dimensions: neither says the same of the first value.
    @Test func innerReshapesGoThoughTheLastIsRelative() throws {
        try expect(
            RemoveIdentities(),
            turns: """
                model m
                input x: f32[N, 12]
                a = reshape(x, shape: [3, 4])
                b = reshape(a, shape: [0, 2, 2])
                output c = flatten(a, axis: 2)
                output e = reshape(b, whole: [0, 0, 4])
                """,
            into: """
                model m
                input x: f32[N, 12]
                a: f32[N, 3, 4] = reshape(x, shape: [3, 4])
                b: f32[N, 3, 2, 2] = reshape(x, whole: [N, 3, 2, 2])
                output c: f32[3*N, 4] = reshape(x, whole: [3*N, 4])
                output e: f32[N, 3, 4] = reshape(x, whole: [N, 3, 4])
                """)
    }
}
