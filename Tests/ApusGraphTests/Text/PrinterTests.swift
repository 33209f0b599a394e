import ApusGraph
import Testing

@Suite struct PrinterTests {
    @Test func everythingIsPrintedWithItsType() throws {
        let source = """
            model everything
            output y = dense(x.flat, w, b, units: 2)     # made below, but of no use here
            """
        #expect(throws: Diagnostics.self) { try Graph.parse(source) }

        let canonical = """
            model everything

            input image: f32[N, 1, 4, 4]
            input labels: i32[N]

            parameter w: f32[2, 16] = glorot_uniform(fan_in: 16, fan_out: 2)
            statistic mean: f32[2] = constant(0)
            parameter b: f32[2] = he_normal(fan_in: 16)

            constant c: f32[5] = [1, 2.5, -3, -0.0, 1e-09]
            constant scalar: f32[] = [3.5]

            flat: f32[N, 16] = flatten(image)
            logits: f32[N, 2] = dense(flat, w, b, units: 2)
            output loss: f32[] = logit_cross_entropy(logits, labels)
            w.gradient: f32[2, 16], b.gradient: f32[2] = dense_weight_gradient(flat, logits)

            gradient w = w.gradient
            gradient b = b.gradient

            update mean = b.gradient

            """
        let graph = try Graph.parse(canonical)
        #expect(graph.text == canonical)
        #expect(graph.constants[0].elements.doubles[3].sign == .minus)
        #expect(try Graph.parse(graph.text) == graph)
    }

    @Test func outputsInAnotherOrderArePrintedApart() throws {
        let graph = try Graph.parse(
            """
            model m
            input x: f32[N, 4]
            a = relu(x)
            b = relu(a)
            output b, a, x
            """)
        #expect(graph.text.hasSuffix("\noutput b\noutput a\noutput x\n"))
        #expect(try Graph.parse(graph.text) == graph)
    }

    @Test(arguments: Repository.modelNames)
    func everyModelIsReadBackAsItWasPrinted(_ name: String) throws {
        let graph = try Graph.parse(Repository.spec(name), file: "\(name).graph")
        #expect(try Graph.parse(graph.text) == graph)
        #expect(try Graph.parse(graph.text).text == graph.text)
    }
}
