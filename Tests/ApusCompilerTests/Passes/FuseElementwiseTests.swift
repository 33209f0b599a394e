import ApusCompiler
import ApusGraph
import Testing

@Suite("Element-wise operators that are fused") struct FuseElementwiseTests {
    private func expectFusion(
        _ before: String, _ after: String, _ location: Testing.SourceLocation = #_sourceLocation
    ) throws {
        func spec(_ lines: String) -> String {
            """
            model m
            input x: f32[N, 4, 6]
            input y: f32[N, 4, 6]
            parameter w: f32[6] = constant(0)
            \(lines)
            """
        }
        try expect(FuseElementwise(), turns: spec(before), into: spec(after), sourceLocation: location)
    }

    private func expectNoFusion(_ lines: String, _ location: Testing.SourceLocation = #_sourceLocation) throws {
        try expectFusion(lines, lines, location)
    }

    @Test func chainsBecomeOneFormula() throws {
        try expectFusion(
            "a = add(x, y)\nb = sigmoid(a)\noutput z = multiply(b, x)",
            "output z = elementwise(x, y, formula: \"logistic(a + b) * a\")")
        try expectFusion(
            "a = multiply(x, w)\noutput z = relu(a)", "output z = elementwise(x, w, formula: \"max(a * b, 0)\")")
    }

    @Test func treesBecomeOneFormula() throws {
        try expectFusion(
            "a = add(x, w)\nb = subtract(y, w)\noutput z = multiply(a, b)",
            "output z = elementwise(x, w, y, formula: \"(a + b) * (c - b)\")")
    }

    @Test func truthInBetweenIsPartOfTheFormula() throws {
        try expectFusion(
            "a = greater(x, y)\noutput z = where(a, x, w)",
            "output z = elementwise(x, w, y, formula: \"select(greater(a, c), a, b)\")")
        try expectNoFusion("a = add(x, y)\noutput z = greater(a, x)")
    }

    @Test func whatOthersReadIsNotComputedTwice() throws {
        try expectNoFusion("a = sigmoid(x)\noutput z = multiply(a, y)\noutput s = softmax(a)")
        try expectNoFusion("output a = sigmoid(x)\noutput z = multiply(a, y)")
    }

    @Test func aValueThatOneReaderTakesTwiceIsComputedOnce() throws {
        try expectFusion(
            "a = sigmoid(x)\noutput z = multiply(a, a)",
            "output z = elementwise(x, formula: \"logistic(a) * logistic(a)\")")
    }

    /// Each square doubles the formula as it is written, whatever the number of steps.
    @Test func formulasDoNotExplode() throws {
        let squares = (1..<40).map { "s\($0) = multiply(s\($0 - 1), s\($0 - 1))" }.joined(separator: "\n")
        let spec = "model m\ninput s0: f32[N, 4]\n\(squares)\noutput y = softmax(s39)"
        let graph = try FuseElementwise().apply(to: Model(graph: try Graph.parse(spec))).graph
        let sizes = graph.nodes.compactMap { ($0.operation as? Elementwise)?.formula.size }
        #expect(sizes.count == 8 && sizes.allSatisfy { $0 <= 96 }, "\(sizes)")
    }

    @Test func whatIsRepeatedIsNotComputedForEachCopy() throws {
        try expectNoFusion(
            "a = split(x, axis: 1, sizes: [4])\nr = slice(a, axes: [1], starts: [0], ends: [1])\n"
                + "b = sigmoid(r)\noutput z = multiply(b, y)")
    }

    @Test func whatDependsOnParametersAloneStaysOutside() throws {
        try expectNoFusion("a = sigmoid(w)\noutput z = multiply(x, a)")
    }

    @Test func otherTypesStayApart() throws {
        try expectNoFusion("a = cast(x, to: f16)\nb = exp(a)\nc = neg(b)\noutput z = cast(c, to: f32)")
    }

    /// A sum of twelve values takes two formulas of at most eight operands.
    @Test func formulasHaveAtMostEightOperands() throws {
        let inputs = (0..<12).map { "input x\($0): f32[N, 4]" }.joined(separator: "\n")
        let sums = (2..<12).map { "s\($0) = add(s\($0 - 1), x\($0))" }.joined(separator: "\n")
        let spec = "model m\n\(inputs)\ns1 = add(x0, x1)\n\(sums)\noutput y = softmax(s11)"
        let graph = try FuseElementwise().apply(to: Model(graph: try Graph.parse(spec))).graph
        let counts = graph.nodes.filter { $0.operation is Elementwise }.map(\.operands.count)
        #expect(counts == [8, 5])
    }

    /// Blocked images stay in blocks: what is repeated along rows is not, and is not joined with what is.
    @Test func imagesKeepTheirBlocks() throws {
        func fused(_ shape: String) throws -> Int {
            let spec = """
                model m
                input x: f32[N, 3, 8, 8]
                parameter v: f32[\(shape)] = constant(1)
                a = conv2d(x, filters: 8, kernel: [3, 3])
                b = multiply(a, v)
                c = relu(b)
                output y = conv2d(c, filters: 8, kernel: [3, 3])
                """
            let graph = try Pipeline([ExplicitParameters(), FuseElementwise()]).run(Model(graph: Graph.parse(spec)))
                .graph
            return graph.nodes.count
        }
        #expect(try fused("8, 1, 1") == 3)
        #expect(try fused("6, 6") == 4)
    }
}
