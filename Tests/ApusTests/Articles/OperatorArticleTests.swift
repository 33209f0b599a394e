import Apus
import ApusData
import ApusTraining
import Testing

/// What the article "Add an operator" says of operators that a program brings itself.
@Suite("Operators of a program's own")
struct OperatorArticleTests {
    private static func model() throws -> Model {
        try ExplicitParameters().apply(to: Model(graph: makeSmoothNetwork())).initialized(seed: 5)
    }

    @Test func theyAreCompiledAsTheirReferenceKernelsCompute() throws {
        let model = try Self.model()
        let x = (0..<24).map { Double(($0 * 7 + 3) % 11 - 5) / 4 }
        var bindings = ["x": Tensor(shape: [3, 8], elements: x)]
        for parameter in model.graph.parameters {
            let value = model.graph[parameter.value]
            bindings[value.name] = Tensor(
                shape: value.type.shape(batch: 3), elements: (model.weights[value.name] ?? []).map(Double.init))
        }
        let computed = ReferenceInterpreter(model.graph).run(bindings, batch: 3)
        let expected = computed[model.graph.outputs[0].index].elements
        var session = try Session(
            Compiler.inferencePlan(model, target: Processor.preferredTarget(), batchBound: 4))
        let y = try #require(try session.run(["x": x.map(Float.init)])["y"]).numbers
        #expect(y.count == 3)
        for (found, wanted) in zip(y, expected) { #expect(abs(found - wanted) < 1e-5) }
    }

    @Test func theirGradientsTrain() throws {
        let count = 256
        let x = (0..<count * 8).map { index in
            let place = (index * 29 + index / 8 * 17) % 97
            return Float(place) / 97 - 0.5
        }
        let targets = (0..<count).map { sample in abs(x[8 * sample] - x[8 * sample + 1]) }
        let data = try Dataset(
            inputs: [DataColumn(count: count, sampleShape: [8], elements: .floats(x))],
            targets: DataColumn(count: count, sampleShape: [1], elements: .floats(targets)))
        var options = TrainingOptions()
        (options.epochs, options.batch, options.noise, options.selection) = (30, 32, 0, .last)
        options.learningRate = 1e-2
        options.loss = .meanSquaredError
        var trainer = try Trainer(
            Model(graph: makeSmoothNetwork()), data: TrainingData(training: data, validation: nil, test: nil),
            options: options, target: Processor.preferredTarget())
        var losses: [Double] = []
        _ = try trainer.run { event throws(TrainingError) in
            if case .epoch(let record) = event { losses.append(record.trainLoss) }
        }
        let (first, last) = (try #require(losses.first), try #require(losses.last))
        #expect(last < first / 4)
    }

    @Test func theRulesOfCalculusGiveTheDerivative() {
        let operation = Squareplus(b: 1)
        for x in [-3.0, -0.5, 0, 0.25, 2] {
            let step = 1e-5
            let difference = operation.formula.evaluate([x + step]) - operation.formula.evaluate([x - step])
            #expect(abs(operation.derivative(of: 0).evaluate([x]) - difference / (2 * step)) < 1e-8)
        }
    }

    @Test func wrongCallsAreRefused() throws {
        func message(_ body: (inout GraphBuilder, ValueID) -> ValueID) -> String {
            do throws(GraphError) {
                _ = try GraphBuilder.build("wrong") { net in
                    let x = net.input("x", [4])
                    net.output(body(&net, x))
                }
                return "built"
            } catch {
                return error.message
            }
        }
        #expect(
            message { $0.call(Squareplus(b: -1), $1) }
                == "'b' of squareplus is a number from 0.0 to 1000000000.0, not -1.0")
        #expect(message { $0.call(CenterRows(), $1) }.contains("center_rows can't work on f32[4]"))
    }

    @Test func aModelFileOfThemIsWrittenAndNotRead() throws {
        let bytes = try ModelFile.encode(Self.model(), weights: .f32)
        let error = #expect(throws: ModelFileError.self) { try ModelFile.decode(bytes) }
        #expect(error?.description.contains("center_rows") == true)
    }
}
