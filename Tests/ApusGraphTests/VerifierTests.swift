import ApusGraph
import Testing

/// Each rule of the verifier, broken in a graph that was right.
@Suite struct VerifierTests {
    private let graph: Graph

    init() throws {
        graph = try Graph.parse(
            """
            model m
            input x: f32[N, 2]
            parameter w: f32[3, 2] = constant(0)
            statistic v: f32[3] = constant(0)
            constant k: f32[3] = [1, 2, 3]
            d = dense(x, w, units: 3, bias: false)
            a = add(d, k)
            u = moving_average(v, k)
            g = multiply(w, w)
            output r = relu(a)
            gradient w = g
            update v = u
            """)
    }

    private func expect(
        _ message: String, _ location: Testing.SourceLocation = #_sourceLocation, _ change: (inout Graph) -> Void
    ) {
        var broken = graph
        change(&broken)
        let error = #expect(throws: GraphError.self, sourceLocation: location) { try Verifier.verify(broken) }
        #expect(error?.description == message, sourceLocation: location)
    }

    private func id(_ name: String) -> ValueID { graph.value(named: name) ?? ValueID(-1) }

    @Test func theGraphIsRight() throws { try Verifier.verify(graph) }

    @Test func everyValueIsMadeOnce() {
        expect("a: it is made twice (V1); give the second one a value of its own") { $0.nodes.append($0.nodes[1]) }
        expect("value 99: it is made but not among the values (V1); add it to the values first") {
            $0.inputs.append(ValueID(99))
        }
    }

    @Test func namesAreUnique() {
        expect("x: two values have this name (V2); rename one of them") { $0.values[5].name = "x" }
        expect("a value f32[N, 3]: it has no name (V2); name every value") { $0.values[4].name = "" }
    }

    @Test func valuesAreMadeBeforeTheyAreUsed() {
        expect("a: it uses 'd', which is not made before (V3); move the node that makes 'd' to the front") {
            $0.nodes.swapAt(0, 1)
        }
        expect("d: it uses 'value 99', which is not made before (V3); move the node that makes 'value 99' to the front")
        {
            $0.nodes[0].operands[0] = ValueID(99)
        }
    }

    @Test func typesAreThoseThatAreInferred() {
        expect("a: it is f32[N, 4], but add makes f32[N, 3] (V4); infer the type again") {
            $0[id("a")].type = TensorType(.f32, ["N", 4])
        }
        expect("relu: relu makes 1 values, not 0 (V4); name a result for each") {
            $0.nodes[4].results = []
            $0.outputs = []
        }
        expect(
            "a: f32[N, 3] and f32[3, 2] can't be broadcast: N meets 3 (C2) (V4); make the two equal, or one of them 1"
        ) {
            $0.nodes[1].operands[1] = id("w")
        }
    }

    @Test func rootsExist() {
        expect(
            "outputs: it uses 'value 99', which is not made before (V5); move the node that makes 'value 99' to the front"
        ) { $0.outputs.append(ValueID(99)) }
    }

    @Test func assignmentsFitTheirTargets() {
        expect(
            "w: it has a second gradient, or is no parameter that takes one (V6); give one gradient to each trained "
                + "parameter"
        ) { $0.gradients.append($0.gradients[0]) }
        expect(
            "v: it has a second gradient, or is no parameter that takes one (V6); give one gradient to each trained "
                + "parameter"
        ) { $0.gradients[0].target = id("v") }
        expect(
            "w: it is f32[3, 2], but its gradient is f32[3] (V6); compute the gradient in the shape of the parameter"
        ) { $0.gradients[0].value = id("u") }
        expect(
            "v: it is f32[3], but its update is f32[3, 2] (V7); compute the update in the shape of the parameter"
        ) { $0.updates[0].value = id("g") }
    }

    @Test func constantsFillTheirTypes() {
        expect("k: 2 elements do not fill f32[3] (V8); give as many elements as the type says") {
            $0.constants[0].elements = .numbers([1, 2])
        }
    }
}
