import ApusData
import ApusGraph
import ApusRuntime
import ApusTraining
import Testing

@Suite struct EvaluationTests {
    /// Evaluates a model on inputs and targets, one row for each sample.
    private func evaluate(
        _ source: String, weights: [String: [Float]] = [:], inputs: [Float], shape: [Int], targets: DataColumn.Elements,
        targetShape: [Int] = [], preparation: InputPreparation = .none, loss: String? = nil
    ) throws -> Evaluation {
        let count = inputs.count / shape.reduce(1, *)
        let data = try Dataset(
            inputs: [DataColumn(count: count, sampleShape: shape, elements: .floats(inputs))],
            targets: DataColumn(count: count, sampleShape: targetShape, elements: targets))
        let model = Model(graph: try Graph.parse(source), weights: weights)
        var evaluator = try Evaluator(
            model, preparation: preparation, weights: .constant, target: Processor.targets[0], loss: loss, batch: 3)
        return try evaluator.evaluate(data)
    }

    private static let line = """
        model line
        input x: f32[N, 1]
        parameter weight: f32[1, 1] = constant(2)
        parameter bias: f32[1] = constant(1)
        output y = dense(x, weight, bias, units: 1)
        """
    private static let weights: [String: [Float]] = ["weight": [2], "bias": [1]]

    @Test func numbersAreComeNearTo() throws {
        let evaluation = try evaluate(
            Self.line, weights: Self.weights, inputs: [0, 1, 2, 3], shape: [1], targets: .floats([1, 3, 5, 9]))
        guard case .numbers(let numbers) = evaluation else {
            Issue.record("\(evaluation)")
            return
        }
        // The answers are 1, 3, 5, 7; the targets' mean is 4.5 and their squared differences from it sum to 35.
        #expect(numbers.samples == 4 && numbers.meanSquaredError == 1 && numbers.meanAbsoluteError == 0.5)
        #expect(abs(numbers.rSquared - (1 - 4.0 / 35)) < 1e-12)
        #expect(evaluation.measure == .rSquared && evaluation.score == numbers.rSquared)
    }

    @Test func eachElementHasItsOwnMean() throws {
        let evaluation = try evaluate(
            "model same\ninput x: f32[N, 2]\noutput y = relu(x)", inputs: [1, 10, 3, 10, 1, 14], shape: [2],
            targets: .floats([1, 10, 2, 10, 3, 10]), targetShape: [2])
        guard case .numbers(let numbers) = evaluation else { return }
        // Errors 0, 0, 1, 0, 2, 4; the first elements 1, 2, 3 have squared differences of 2, the others none.
        #expect(numbers.meanSquaredError == 21.0 / 6 && abs(numbers.rSquared - (1 - 21.0 / 2)) < 1e-12)
    }

    @Test func constantTargetsHaveNoVariance() throws {
        func rSquared(_ targets: [Float]) throws -> Double {
            try evaluate(
                Self.line, weights: Self.weights, inputs: [1, 1], shape: [1], targets: .floats(targets)
            ).score
        }
        #expect(try rSquared([3, 3]) == 1)
        #expect(try rSquared([4, 4]) == -.infinity)
    }

    @Test(arguments: [true, false])
    func labelsAreTrueOrFalse(areProbabilities: Bool) throws {
        let source = """
            model labels
            input x: f32[N, 2]
            output y = \(areProbabilities ? "sigmoid" : "relu")(x)
            """
        // Above zero is true.
        let evaluation = try evaluate(
            source, inputs: [1, -1, 1, 1, -1, 1, -1, -1], shape: [2], targets: .integers([1, 0, 0, 1, 1, 1, 0, 0]),
            targetShape: [2], loss: areProbabilities ? nil : "binary-cross-entropy-with-logits")
        guard case .labels(let labels) = evaluation else {
            Issue.record("\(evaluation)")
            return
        }
        #expect(labels.samples == 4 && labels.exact == 2)
        // The first label: right, wrongly true, wrongly false, right; the second always right.
        #expect(labels.labels[0].accuracy == 0.5 && labels.labels[0].f1 == 0.5)
        #expect(labels.labels[1].accuracy == 1 && labels.labels[1].f1 == 1)
        #expect(labels.accuracy == 0.75 && labels.f1 == 2 * 3 / 8.0 && evaluation.measure == .f1)
    }

    @Test func softTargetsOfProbabilitiesAreNumbers() throws {
        let evaluation = try evaluate(
            "model labels\ninput x: f32[N, 1]\noutput y = sigmoid(x)", inputs: [0, 0], shape: [1],
            targets: .floats([0.5, 0.25]))
        #expect(evaluation.measure == .rSquared)
    }

    @Test func sequencesHaveManyLabels() throws {
        // Two labels of three classes each; a negative one doesn't count.
        let evaluation = try evaluate(
            "model words\ninput x: f32[N, 2, 3]\noutput y = relu(x)", inputs: [1, 0, 0, 0, 2, 0, 0, 0, 3, 1, 0, 0],
            shape: [2, 3], targets: .integers([0, 1, 1, -1]), targetShape: [2])
        guard case .classes(let classes) = evaluation else {
            Issue.record("\(evaluation)")
            return
        }
        #expect(classes.samples == 3 && classes.correct == 2)
        #expect(classes.confusion == [[1, 0, 0], [0, 1, 1], [0, 0, 0]])
    }

    @Test func theInputIsNormalized() throws {
        let preparation = try InputPreparation(scale: 1, mean: [10], standardDeviation: [2])
        let evaluation = try evaluate(
            Self.line, weights: Self.weights, inputs: [10, 14], shape: [1], targets: .floats([1, 5]),
            preparation: preparation)
        #expect(evaluation.score == 1)
    }

    @Test func whatDoesNotFitIsRefused() throws {
        func error(
            _ source: String, shape: [Int], targets: DataColumn.Elements, targetShape: [Int] = []
        ) -> String {
            TrainerTests.error {
                _ = try evaluate(
                    source, weights: Self.weights, inputs: Array(repeating: 0, count: shape.reduce(2, *)), shape: shape,
                    targets: targets, targetShape: targetShape)
            }
        }
        #expect(
            error(Self.line, shape: [2], targets: .floats([1, 2]))
                == "'x' takes [1] and the data set has [2]; set the spec's sizes to those of the data")
        #expect(
            error(Self.line, shape: [1], targets: .floats([1, 2, 3, 4]), targetShape: [2])
                == "the model answers [1] and the targets are [2]; let it answer one number for each class, "
                + "or for each element of the targets")
        let classes = "model same\ninput x: f32[N, 2]\noutput y = relu(x)"
        #expect(
            error(classes, shape: [2], targets: .integers([0, 2]))
                == "the data set has 3 classes and the model answers 2; set the spec's number of classes")
        #expect(error(classes, shape: [1, 2, 1], targets: .integers([0, 1])) == "")
        let several = "model both\ninput x: f32[N, 2]\noutput y = relu(x)\noutput z = tanh(x)"
        #expect(
            error(several, shape: [2], targets: .integers([0, 1]))
                == "a model that is evaluated has one output; 'both' has y, z")
        let inputs = "model sum\ninput a: f32[N, 2]\ninput b: f32[N, 2]\noutput y = add(a, b)"
        #expect(
            error(inputs, shape: [2], targets: .integers([0, 1]))
                == "the model takes 2 inputs (a, b) and the data set has 1; give one column of samples for each")
    }
}
