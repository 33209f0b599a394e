import ApusGraph
import ApusPlan
import Testing

@testable import ApusCompiler

/// The time to compile grows with the graph, not with its square.
@Suite("Large graphs", .serialized)
struct LargeGraphTests {
    /// Element-wise and dense nodes, one after the other.
    private static func chain(_ count: Int) throws -> Model {
        var editor = GraphEditor(name: "chain")
        var value = try editor.addInput("x", TensorType(.f32, ["N", 8]))
        for number in 0..<count {
            let operation: any Operator
            switch number % 4 {
            case 3: operation = Dense(units: 8)
            case 1: operation = Sigmoid()
            default: operation = Tanh()
            }
            value = try editor.apply(operation, to: [value], names: ["v\(number)"])[0]
        }
        editor.addOutput(value)
        return Model(graph: editor.graph)
    }

    /// Dense leaves of one input, added in pairs.
    private static func tree(_ count: Int) throws -> Model {
        var editor = GraphEditor(name: "tree")
        let input = try editor.addInput("x", TensorType(.f32, ["N", 8]))
        var row: [ValueID] = []
        for leaf in 0..<count / 3 {
            row.append(try editor.apply(Dense(units: 8), to: [input], names: ["leaf\(leaf)"])[0])
        }
        while row.count > 1 {
            var next: [ValueID] = []
            for pair in stride(from: 0, to: row.count - 1, by: 2) {
                let sum = try editor.emit(Add(), [row[pair], row[pair + 1]], named: "sum\(editor.graph.nodes.count)")
                next.append(try editor.emit(Tanh(), [sum], named: "act\(editor.graph.nodes.count)"))
            }
            if row.count % 2 == 1 { next.append(row[row.count - 1]) }
            row = next
        }
        editor.addOutput(row[0])
        return Model(graph: editor.graph)
    }

    /// A value that half of the nodes read, so that its gradient is a sum of as many.
    private static func hub(_ count: Int) throws -> Model {
        var editor = GraphEditor(name: "hub")
        let input = try editor.addInput("x", TensorType(.f32, ["N", 8]))
        let hub = try editor.apply(Dense(units: 8), to: [input], names: ["hub"])[0]
        var sum = hub
        for number in 0..<count / 2 {
            let part = try editor.apply(
                number % 2 == 0 ? Tanh() : Dense(units: 8), to: [hub], names: ["part\(number)"])[0]
            sum = try editor.emit(Add(), [sum, part], named: "sum\(number)")
        }
        editor.addOutput(sum)
        return Model(graph: editor.graph)
    }

    @Test(.timeLimit(.minutes(2)), arguments: [chain, hub])
    func fourTimesTheNodesTakeNoSquareOfTheTimeToTrain(make: @Sendable (Int) throws -> Model) throws {
        func time(_ count: Int) throws -> Duration {
            let model = try make(count)
            return try ContinuousClock().measure {
                _ = try Compiler.trainingPlan(
                    model, Pipeline.TrainingOptions(), lowering: LoweringOptions(target: .avx2, batchBound: 4))
            }
        }
        // A square would be sixteen times as long.
        #expect(try time(4000) < time(1000) * 9)
    }

    private func time(_ model: Model) throws -> Duration {
        let ready = try Pipeline([ExplicitParameters()]).run(model).initialized(seed: 1)
        return try ContinuousClock().measure {
            _ = try Compiler.inferencePlan(ready, target: .avx2, batchBound: 4)
        }
    }

    /// Release builds take half a second; the bound leaves room for debug builds on busy machines.
    @Test(.timeLimit(.minutes(2)), arguments: [chain, tree])
    func tenThousandNodesCompile(make: @Sendable (Int) throws -> Model) throws {
        #expect(try time(make(10_000)) < .seconds(60))
    }

    @Test(arguments: [chain, tree])
    func twiceTheNodesTakeLessThanThreeTimesAsLong(make: @Sendable (Int) throws -> Model) throws {
        // The least of several, taken in turn: others use the machine too.
        var minimum = (half: Duration.seconds(1000), whole: Duration.seconds(1000))
        for _ in 0..<3 {
            minimum.half = min(minimum.half, try time(make(4000)))
            minimum.whole = min(minimum.whole, try time(make(8000)))
        }
        #expect(minimum.whole < minimum.half * 3)
    }

    @Test func manyBuffersArePackedWithoutASearch() throws {
        // Each overlaps the next, with sizes that greedy packings don't fit together.
        var random = CaseRandom(seed: 7)
        let requests = (0..<3000).map { number in
            BufferRequest(
                size: 64 * Int.random(in: 1...40, using: &random), firstUse: number,
                lastUse: number + Int.random(in: 1...12, using: &random))
        }
        let plan = try MemoryPlan(packing: requests)
        #expect(plan.violations(of: requests) == [])
        #expect(plan.searchNodes == 0)
        #expect(plan.isOptimal == (plan.size == plan.lowerBound))
    }
}
