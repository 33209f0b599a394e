import ApusGraph
import Testing

/// Shapes that a graph computes are known before it runs.
struct ShapeArithmeticTests {
    private func parse(_ body: String) throws -> Graph { try Graph.parse("model shapes\n\(body)\n") }

    private func type(_ name: String, _ graph: Graph) throws -> TensorType {
        graph[try #require(graph.value(named: name))].type
    }

    /// As exporters write `x.reshape(x.shape[0], -1)`: shape, gather, unsqueeze, concat, reshape.
    @Test func theBatchStaysOpen() throws {
        let graph = try parse(
            """
            input x: f32[N, 3, 4]
            constant zero: i64[] = [0]
            constant rest: i64[1] = [-1]
            sizes = shape(x)
            batch = unsqueeze(gather(sizes, zero), axes: [0])
            target = concat(batch, rest, axis: 0)
            output rows = reshape(x, target)
            """)
        #expect(try type("rows", graph) == TensorType(.f32, ["N", 12]))
        try Verifier.verify(graph)
        #expect(try Graph.parse(graph.text) == graph)
        let x = Tensor(shape: [2, 3, 4], elements: (0..<24).map(Double.init))
        let values = ReferenceInterpreter(graph).run(["x": x], batch: 2)
        #expect(values[graph.outputs[0].index] == Tensor(shape: [2, 12], elements: x.elements))
    }

    /// As exporters write `x.expand(n, -1, -1)`: where the wanted shape is -1, it is 1, which keeps the dimension.
    @Test func shapesAreChosenByComparisons() throws {
        let graph = try parse(
            """
            input x: f32[N, 3]
            input token: f32[1, 1, 4]
            constant rest: i64[2] = [-1, -1]
            constant none: i64[3] = [-1, -1, -1]
            constant ones: i64[3] = [1, 1, 1]
            batch = slice(shape(x), starts: [0], ends: [1])
            wanted = concat(batch, rest, axis: 0)
            target = where(equal(wanted, none), ones, wanted)
            output tokens = expand(token, target)
            """)
        #expect(try type("tokens", graph) == TensorType(.f32, ["N", 1, 4]))
        try Verifier.verify(graph)
    }

    @Test func dimensionsAreComparedWhereSymbolsLeaveNothingOpen() throws {
        let graph = try parse(
            """
            input x: f32[2*N + 1, N/2]
            sizes = shape(x)
            constant three: i64[2] = [3, 0]
            constant two: i64[2] = [2, -1]
            constant yes: i64[2] = [5, 5]
            constant no: i64[2] = [6, 6]
            atLeast = full(where(greater_or_equal(sizes, three), yes, no))
            above = full(where(greater(sizes, two), yes, no))
            below = full(where(less(sizes, three), no, yes))
            output all = concat(atLeast, above, below, axis: 0)
            """)
        #expect(try type("all", graph) == TensorType(.f32, [15, 5]))
    }

    @Test func vectorsAreTakenApartAndPutTogether() throws {
        let graph = try parse(
            """
            input x: f32[N, 6, 4]
            batch, rows, columns = split(shape(x), parts: 3)
            column = reshape(columns, whole: [-1])
            target = concat(batch, column, unsqueeze(squeeze(rows), axes: [0]), axis: 0)
            output y = reshape(x, target)
            """)
        #expect(try type("y", graph) == TensorType(.f32, ["N", 4, 6]))
        try Verifier.verify(graph)
    }

    @Test func everyOperatorWithAShapeForAnOperandIsResolved() throws {
        let graph = try parse(
            """
            input x: f32[N, 2*T, 3]
            input table: f32[512, 3]
            constant one: i64[] = [1]
            constant zero: i64[] = [0]
            constant first: i64[1] = [0]
            constant margins: i64[6] = [0, 1, 0, 0, 1, 0]
            constant counts: i64[3] = [1, 2, 1]
            sizes = shape(x)
            length = gather(sizes, one)
            end = unsqueeze(length, axes: [0])
            head = slice(table, first, end)
            steps = range(zero, length, one)
            tail = slice(sizes, starts: [1], ends: [3])
            zeros = full(tail, value: 2)
            wide = expand(head, sizes)
            padded = pad(x, margins)
            tiled = tile(x, counts)
            large = resize(x, sizes)
            output all = concat(wide, x, axis: 1)
            """)
        #expect(try type("head", graph) == TensorType(.f32, [.symbol("T") * 2, 3]))
        #expect(try type("steps", graph) == TensorType(.i64, [.symbol("T") * 2]))
        #expect(try type("zeros", graph) == TensorType(.f32, [.symbol("T") * 2, 3]))
        #expect(try type("wide", graph) == TensorType(.f32, ["N", .symbol("T") * 2, 3]))
        #expect(try type("padded", graph) == TensorType(.f32, ["N", .symbol("T") * 2 + 2, 3]))
        #expect(try type("tiled", graph) == TensorType(.f32, ["N", .symbol("T") * 4, 3]))
        #expect(try type("large", graph) == TensorType(.f32, ["N", .symbol("T") * 2, 3]))
        #expect(try type("all", graph) == TensorType(.f32, ["N", .symbol("T") * 4, 3]))
        try Verifier.verify(graph)
    }

    @Test func whatIsNotKnownIsRefused() throws {
        let error = try #require(throws: Diagnostics.self) {
            _ = try parse(
                """
                input x: f32[N, 12]
                input target: i64[2]
                output y = reshape(x, target)
                """)
        }
        #expect(
            error.description.contains(
                "reshape makes a shape of operand 1, whose elements are not known before it runs"))
        #expect(error.description.contains("target is i64[2]"))
    }

    @Test func dimensionsInAttributesAreReadAndReplaced() throws {
        let graph = try parse(
            """
            input x: f32[N, 2*T + 2, 4]
            output y = reshape(x, whole: [N, T + 1, -1])
            """)
        #expect(try type("y", graph) == TensorType(.f32, ["N", .symbol("T") + 1, 8]))
        #expect(graph.text.contains("reshape(x, whole: [N, T + 1, -1])"))
        #expect(try Graph.parse(graph.text) == graph)
        let replaced = try graph.nodes[0].operation.replacing(["T": 3])
        #expect(replaced.attributes.map(\.description) == ["whole: [N, 4, -1]"])
        let numbers = try Graph.parse(graph.text, settings: ["T": 3])
        #expect(numbers.nodes[0].operation.isSame(as: replaced))
    }

    @Test func formulasOfDimensions() {
        let (n, t) = (Dimension.symbol("N"), Dimension.symbol("T"))
        func known(_ formula: Expression, _ operands: [Dimension]...) -> [Dimension]? {
            Elementwise(formula).known(operands.map { KnownIntegers($0) }, [])[0]?.elements
        }
        let (a, b) = (Expression.operand(0), Expression.operand(1))
        #expect(known(a + b, [n, 3], [1, t]) == [n + 1, t + 3])
        #expect(known(a * b, [n, 3, 4], [2]) == [n * 2, 6, 8])
        #expect(known(a - b, [n * 2], [n]) == [n])
        #expect(known(.binary(.divide, a, b), [t, t * 4, 7], [2]) == [t / 2, t * 2, 3])
        #expect(known(.binary(.divide, a, b), [t * 6], [t]) == [6])
        #expect(known(.binary(.divide, a, b), [6], [t]) == nil)
        #expect(known(.binary(.maximum, a, b), [t, 1], [1, t]) == [t, t])
        #expect(known(.binary(.minimum, a, b), [t], [2]) == nil)
        #expect(known(.select(.binary(.equal, a, b), b, a), [t, t], [t, t]) == [t, t])
    }
}
