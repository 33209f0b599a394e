import Apus

/// Calls the examples of the README and of the articles, from a package that sees no more of Apus than any other.
///
///     library-use Models/mnist-cnn.apus FOLDER
@main
struct LibraryUse {
    /// What an example did that it shouldn't have.
    struct Mistake: Error, CustomStringConvertible {
        let description: String
    }

    static func main() async throws {
        guard CommandLine.arguments.count == 3 else {
            throw Mistake(description: "give a model file of images of 28 × 28, and a folder for what is written")
        }
        let (model, folder) = (CommandLine.arguments[1], CommandLine.arguments[2])
        try await checkReadme(model: model)
        try checkRunning(model: model, folder: folder)
        try checkTraining(folder: folder)
        try checkOperators()
        try await checkServer(folder: folder)
        print("the examples do what they say, built from a package of their own")
    }

    private static func expect(_ isRight: Bool, _ what: String) throws(Mistake) {
        guard isRight else { throw Mistake(description: "\(what) is wrong") }
    }

    private static func checkReadme(model: String) async throws {
        let probabilities = try classify(model, [Float](repeating: 0, count: 784))
        try expect(abs(probabilities.reduce(0, +) - 1) < 1e-5, "the sum of probabilities")
        let plan = try makePlan()
        let (left, right): ([Float], [Float]) = ([1, 2, 3], [10, 20, 30])
        try expect(sums(plan, left, right) == [11, 22, 33], "a sum")
        try expect(products(plan, left, right) == [10, 40, 90], "a product")
        let answers = try await both(plan, left, right)
        try expect(answers[0] == answers[1], "an answer from a task")
    }

    private static func checkRunning(model: String, folder: String) throws {
        try compileModel(model, to: "\(folder)/model.plan")
        let plan = try Plan(contentsOf: "\(folder)/model.plan")
        try expect(describePorts(plan).count == 2, "the list of ports")
        let answers = try recognize(plan, [[Float](repeating: 0, count: 784)])
        try expect(answers.count == 1 && answers[0].probability > 0.1, "the answer by name")
    }

    private static func checkTraining(folder: String) throws {
        let end = try trainOnDigits(samples: 600, folder: "\(folder)/run")
        try expect(end != .interrupted, "the end of the training")
        try expect(measureAccuracy("\(folder)/run/best.apus", samples: 100) > 0.5, "the accuracy")
    }

    private static func checkOperators() throws {
        let model = try ExplicitParameters().apply(to: Model(graph: makeSmoothNetwork())).initialized(seed: 1)
        var session = try Session(Compiler.inferencePlan(model, target: Processor.preferredTarget()))
        let answers = try session.run(["x": [Float](repeating: 1, count: 8)])
        try expect(answers["y"]?.shape == [1, 1], "the answer of the operators")
    }

    private static func checkServer(folder: String) async throws {
        let (replies, reply) = AsyncStream.makeStream(of: [Float].self)
        try await serve(
            "\(folder)/model.plan", sessions: 1,
            listen: { entrance in
                for _ in 0..<20 {
                    entrance.yield(
                        ClientRequest(sample: [Float](repeating: 0, count: 784)) { result in
                            if case .success(let probabilities) = result { reply.yield(probabilities) }
                        })
                }
            }, until: {})
        reply.finish()
        let count = await replies.reduce(0) { count, probabilities in count + probabilities.count }
        try expect(count == 200, "the number of the server's answers")
    }
}
