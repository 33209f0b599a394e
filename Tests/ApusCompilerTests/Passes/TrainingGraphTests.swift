import ApusCompiler
import ApusGraph
import Testing

/// The passes that make a training graph: loss, training mode, gradients.
@Suite struct TrainingGraphTests {
    private func classifier(_ ending: String) -> String {
        """
        model m
        input x: f32[N, 4]
        \(ending)
        """
    }

    @Test func lossStandsOnTheLogits() throws {
        for normalization in ["softmax", "log_softmax"] {
            try expect(
                AttachLoss(),
                turns: classifier("a = relu(x)\noutput p = \(normalization)(a)"),
                into: """
                    model m
                    input x: f32[N, 4]
                    input labels: i32[N]
                    a = relu(x)
                    p = \(normalization)(a)
                    output loss = logit_cross_entropy(a, labels)
                    """)
        }
    }

    @Test func lossStandsOnTheOutput() throws {
        for loss in [Loss.automatic, .logitCrossEntropy] {
            try expect(
                AttachLoss(loss), turns: classifier("output a = relu(x)"),
                into: """
                    model m
                    input x: f32[N, 4]
                    input labels: i32[N]
                    a = relu(x)
                    output loss = logit_cross_entropy(a, labels)
                    """)
        }
        try expect(
            AttachLoss(.crossEntropy), turns: classifier("output a = softmax(x)"),
            into: """
                model m
                input x: f32[N, 4]
                input labels: i32[N]
                a = softmax(x)
                output loss = cross_entropy(a, labels)
                """)
    }

    @Test func anyLossOfTheLanguageMayBeNamed() throws {
        #expect(Loss(rawValue: "mean-squared-error") == Loss(rawValue: "mean_squared_error"))
        #expect(Loss(rawValue: "relu") == nil)
        #expect(Loss.allCases.map(\.rawValue).prefix(3) == ["automatic", "cross-entropy", "logit-cross-entropy"])
        try expect(
            AttachLoss(.meanSquaredError), turns: "model m\ninput x: f32[N, 3, 4]\noutput a = relu(x)",
            into: """
                model m
                input x: f32[N, 3, 4]
                input targets: f32[N, 3, 4]
                a = relu(x)
                output loss = mean_squared_error(a, targets)
                """)
        try expect(
            AttachLoss(), turns: "model m\ninput x: f32[N, 3, 4]\noutput a = softmax(x)",
            into: """
                model m
                input x: f32[N, 3, 4]
                input labels: i32[N, 3]
                a = softmax(x)
                output loss = logit_cross_entropy(x, labels)
                """)
    }

    @Test func scalarOutputIsItsOwnLoss() throws {
        let source = """
            model m
            input x: f32[N, 4]
            input target: i32[N]
            output error = logit_cross_entropy(x, target)
            """
        try expect(AttachLoss(), turns: source, into: source)
    }

    @Test func lossesThatDoNotFitAreRefused() throws {
        var silent = Model(graph: try Graph.parse(classifier("output a = relu(x)")))
        silent.graph.outputs = []
        let error = #expect(throws: PassError.self) { try AttachLoss().apply(to: silent) }
        #expect(error?.description == "attach-loss: the model has no output; give it one output to train")
        try expect(
            AttachLoss(), refuses: classifier("output a = relu(x)\noutput b = relu(a)"),
            saying: "attach-loss: the model has 2 outputs; give it one output to train")
        try expect(
            AttachLoss(), refuses: "model m\ninput x: f32[N]\noutput y = relu(x)",
            saying:
                "attach-loss: y: logit_cross_entropy works on rows f32[N, ..., classes], not on f32[N]; give it an f32 "
                + "value of two or more dimensions, the last of them a number")
        try expect(
            AttachLoss(.meanSquaredError), refuses: "model m\ninput x: f32[3, 4]\noutput y = relu(x)",
            saying:
                "attach-loss: y: the loss is a mean over a batch, and f32[3, 4] has none; let the first dimension of "
                + "the model's input be N")
        try expect(
            AttachLoss(), refuses: "model m\ninput x: f32[N, 4, 3]\noutput y = softmax(x, axis: 1)",
            saying: "attach-loss: y: the loss compares rows along the last axis, but softmax works along axis 1; let a "
                + "transpose bring the classes to the last dimension before it")
        try expect(
            AttachLoss(.logitCrossEntropy), refuses: classifier("output p = softmax(x)"),
            saying: "attach-loss: p: logit cross-entropy normalizes by itself, but the output is made by softmax; use "
                + "the loss 'automatic', which takes the operand of softmax")
        try expect(
            AttachLoss(.crossEntropy), refuses: classifier("output p = log_softmax(x)"),
            saying: "attach-loss: p: cross-entropy needs probabilities, but the output is made by log_softmax; use the "
                + "loss 'automatic', or end the model in softmax")
        try expect(
            AttachLoss(), refuses: classifier("labels = relu(x)\noutput p = relu(labels)"),
            saying: "attach-loss: labels: the name 'labels' is already taken; give the second value another name")
    }

    @Test func trainingModeDropsNormalizesAndAddsNoise() throws {
        try expect(
            TrainingMode(inputNoise: 0.25),
            turns: """
                model m
                input x: f32[N, 4]
                parameter s: f32[4] = constant(1)
                parameter b: f32[4] = constant(0)
                statistic n.mean: f32[4] = constant(0)
                statistic n.variance: f32[4] = constant(1)
                d = dropout(x, rate: 0.5)
                n = batch_norm(d, s, b, n.mean, n.variance, epsilon: 0.5, momentum: 0.25)
                output e = dropout(n, rate: 0.25)
                """,
            into: """
                model m
                input x: f32[N, 4]
                parameter s: f32[4] = constant(1)
                parameter b: f32[4] = constant(0)
                statistic n.mean: f32[4] = constant(0)
                statistic n.variance: f32[4] = constant(1)
                x.noisy = gaussian_noise(x, amount: 0.25, stream: 0)
                d = dropout_training(x.noisy, rate: 0.5, stream: 1)
                n, n.batch_mean, n.batch_variance = batch_norm_training(d, s, b, epsilon: 0.5)
                n.mean.update = moving_average(n.mean, n.batch_mean, momentum: 0.25)
                n.variance.update = moving_average(n.variance, n.batch_variance, momentum: 0.25)
                output e = dropout_training(n, rate: 0.25, stream: 2)
                update n.mean = n.mean.update
                update n.variance = n.variance.update
                """)
    }

    @Test func sharedStatisticsAreUpdatedInTurn() throws {
        try expect(
            TrainingMode(),
            turns: """
                model m
                input x: f32[N, 4]
                parameter s: f32[4] = constant(1)
                statistic v: f32[4] = constant(1)
                constant zero: f32[4] = [0, 0, 0, 0]
                n = batch_norm(x, s, s, zero, v)
                output o = batch_norm(n, s, s, zero, v)
                """,
            into: """
                model m
                input x: f32[N, 4]
                parameter s: f32[4] = constant(1)
                statistic v: f32[4] = constant(1)
                constant zero: f32[4] = [0, 0, 0, 0]
                n, n.batch_mean, n.batch_variance = batch_norm_training(x, s, s)
                v.update = moving_average(v, n.batch_variance)
                o, o.batch_mean, o.batch_variance = batch_norm_training(n, s, s)
                v.update.2 = moving_average(v.update, o.batch_variance)
                output o
                update v = v.update.2
                """)
    }

    @Test func noiseNeedsAnInput() throws {
        try expect(
            TrainingMode(inputNoise: 1), refuses: "model m\nconstant x: f32[1] = [1]\noutput y = relu(x)",
            saying: "training-mode: there is no f32 input to add noise to; train without input noise")
    }

    @Test func gradientsOfSeveralReadersAreAdded() throws {
        try expect(
            Differentiate(),
            turns: """
                model m
                input x: f32[N, 4]
                input labels: i32[N]
                parameter w: f32[3, 4] = constant(0)
                a = relu(x)
                b = dense(a, w, units: 3, bias: false)
                c = relu(b)
                d = add(b, c)
                output loss = logit_cross_entropy(d, labels)
                """,
            into: """
                model m
                input x: f32[N, 4]
                input labels: i32[N]
                parameter w: f32[3, 4] = constant(0)
                constant loss.gradient: f32[] = [1]
                a = relu(x)
                b = dense(a, w, units: 3, bias: false)
                c = relu(b)
                d = add(b, c)
                output loss = logit_cross_entropy(d, labels)
                d.gradient = logit_cross_entropy_gradient(d, labels, loss.gradient)
                b.gradient = relu_gradient(c, d.gradient)
                b.gradient.2 = add(d.gradient, b.gradient)
                w.gradient = dense_weight_gradient(a, b.gradient.2, bias: false)
                gradient w = w.gradient
                """)
    }

    @Test func everyParameterMustBeReached() throws {
        try expect(
            Differentiate(),
            refuses: """
                model m
                input x: f32[N, 4]
                input labels: i32[N]
                parameter w: f32[3, 4] = constant(0)
                parameter lost: f32[3] = constant(0)
                a = dense(x, w, units: 3, bias: false)
                output loss = logit_cross_entropy(a, labels)
                """,
            saying: "differentiate: lost: the loss does not depend on the parameter 'lost'; take it out of the model, "
                + "or use it on the way to the output")
        try expect(
            Differentiate(), refuses: classifier("output a = relu(x)"),
            saying: "differentiate: only a graph with one output f32[], the loss, can be differentiated; attach a loss "
                + "first")
    }
}
