import ApusGraph
import Testing

@testable import ApusCompiler

/// Which graphs can be cut over samples, and what becomes of those that can't.
@Suite("Graphs that mix samples")
struct FixBatchTests {
    /// The first value that mixes samples of a graph of these lines; nil where there is none.
    private func mixed(_ lines: String) throws -> String? {
        let graph = try Pipeline([ExplicitParameters(), ResolveShapes()]).run(
            Model(graph: Graph.parse("model m\n\(lines)"))
        ).graph
        guard let symbol = graph.batchSymbol else { return "no batch" }
        return graph.valueMixingSamples(of: symbol).map { graph[$0].name }
    }

    @Test func whatWorksOnEachSampleMixesNothing() throws {
        let input = "input x: f32[N, 4, 6]\n"
        #expect(try mixed(input + "output y = softmax(x)") == nil)
        #expect(
            try mixed(input + "a = transpose(x, permutation: [0, 2, 1])\noutput y = reduce_sum(a, axes: [1])") == nil)
        #expect(try mixed(input + "parameter w: f32[4, 6] = constant(1)\noutput y = add(x, w)") == nil)
        #expect(try mixed(input + "output y = batch_norm(conv1d(x, filters: 2, kernel: [3]))") == nil)
        #expect(try mixed("input x: f32[2*N, 6]\noutput y = softmax(x)") == nil)
        #expect(try mixed("input x: f32[N, 6]\ninput table: f32[6]\noutput y = multiply(x, table)") == nil)
    }

    @Test func sumsOverTheBatchMixSamples() throws {
        let input = "input x: f32[N, 4]\n"
        #expect(try mixed(input + "output y = reduce_sum(x, axes: [0])") == "y")
        #expect(try mixed(input + "a = reduce_mean(x, axes: [0], keep: true)\noutput y = subtract(x, a)") == "a")
        #expect(try mixed(input + "a = softmax(x, axis: 0)\noutput y = relu(a)") == "a")
    }

    @Test func aBatchThatDoesNotLeadMixesSamples() throws {
        #expect(try mixed("input x: f32[N, 4]\na = transpose(x, permutation: [1, 0])\noutput y = relu(a)") == "a")
        #expect(try mixed("input x: f32[4, N]\ninput z: f32[N, 2]\noutput y = relu(x)\noutput v = relu(z)") == "x")
        #expect(try mixed("input x: f32[N, 4]\na = flip(x, axes: [0])\noutput y = relu(a)") == "a")
    }

    /// What nobody reads in the end need not be computed.
    @Test func whatIsNotReadMixesNothing() throws {
        #expect(try mixed("input x: f32[N, 4]\na = reduce_sum(x, axes: [0])\noutput y = relu(x)") == nil)
    }

    @Test func theBatchIsTheLeadingSymbol() throws {
        func symbol(_ inputs: String) throws -> String? {
            try Graph.parse("model m\n\(inputs)\noutput y = relu(x)").batchSymbol
        }
        #expect(try symbol("input x: f32[N, 4]") == "N")
        #expect(try symbol("input x: f32[B, 4]") == "B")
        #expect(try symbol("input x: f32[4, B]") == nil)
        #expect(try symbol("input x: f32[3, 4]") == nil)
    }

    @Test func mixedSamplesAreOneBatch() throws {
        try expect(
            FixBatch(5),
            turns: """
                model m
                input x: f32[N, 4]
                a = transpose(x, permutation: [1, 0])
                b = softmax(a)
                output y = transpose(b, permutation: [1, 0])
                """,
            into: """
                model m
                input x: f32[5, 4]
                a = transpose(x, permutation: [1, 0])
                b = softmax(a)
                output y = transpose(b, permutation: [1, 0])
                """)
    }

    /// Symbols in attributes get the number too.
    @Test func attributesHaveTheNumber() throws {
        try expect(
            FixBatch(3),
            turns: "model m\ninput x: f32[2*N, 4]\na, b = split(x, sizes: [N, N])\noutput y = subtract(a, b)",
            into: "model m\ninput x: f32[6, 4]\na, b = split(x, sizes: [3, 3])\noutput y = subtract(a, b)")
    }

    @Test func graphsThatKeepSamplesApartStay() throws {
        let spec = "model m\ninput x: f32[N, 4]\noutput y = softmax(x)"
        try expect(FixBatch(5), turns: spec, into: spec)
        let without = "model m\ninput x: f32[3, 4]\noutput y = softmax(x, axis: 0)"
        try expect(FixBatch(5), turns: without, into: without)
    }

    @Test func mixedSamplesAreNotTrained() throws {
        try expect(
            RequireSamples(),
            refuses: "model m\ninput x: f32[N, 4]\na = softmax(x, axis: 0)\noutput y = dense(a, units: 2)",
            saying:
                "require-samples: a: it depends on several samples at once, and a training step computes each sample by "
                + "itself; keep N the first dimension of all that is made of the inputs")
        let normalized = """
            model m
            input x: f32[N, 3, 6, 6]
            a = batch_norm(conv2d(x, filters: 2, kernel: [3, 3]))
            output y = dense(flatten(a), units: 2)
            """
        try expect(RequireSamples(), turns: normalized, into: normalized)
    }
}
