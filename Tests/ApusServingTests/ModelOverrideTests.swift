import Testing

@testable import ApusServing

@Suite("What a request to load a model changes")
struct ModelOverrideTests {
    private func error(_ body: String) -> String {
        do {
            _ = try ModelOverride(body: Array(body.utf8))
            return "right"
        } catch { return error.description }
    }

    private func body(_ configuration: String) -> String { #"{"parameters": {"config": "\#(configuration)"}}"# }

    @Test func whatIsRead() throws {
        for nothing in ["", "{}", #"{"parameters": {}}"#, #"{"parameters": {"other": [1]}, "id": 3}"#, body("{}")] {
            #expect(try ModelOverride(body: Array(nothing.utf8)) == ModelOverride(), "\(nothing)")
        }
        for size in [#"{\"max_batch_size\": 16}"#, #"{\"max_batch_size\":\"16\"}"#] {
            #expect(try ModelOverride(body: Array(body(size).utf8)).maximumBatch == 16)
        }
    }

    @Test func whatIsWrong() {
        #expect(error("[").hasPrefix("the JSON is wrong at byte 0: an object is needed here"))
        #expect(error(body("max_batch_size: 16")).hasPrefix("the configuration is not JSON: line 1, column 1: "))
        #expect(error(body("[16]")) == "the configuration is no object of JSON")
        for size in ["-1", "1.5", #"\"x\""#, "null", "[]"] {
            #expect(error(body(#"{\"max_batch_size\": \#(size)}"#)) == "max_batch_size is no whole number")
        }
        #expect(
            error(#"{"parameters": {"file:1/model.onnx": "AAAA"}}"#)
                == "a model's files are not taken from requests; put them into the folder of --repository")
    }

    @Test func whatBecomesOfTheModel() throws {
        let repository = ModelRepository(
            options: ServingOptions(), find: { [ModelSource(name: "a", version: "1", path: "x")] },
            read: { _ in .model(try TestModels.dense()) })
        try repository.load()
        func load(_ configuration: String) -> String {
            do {
                try repository.load("a", with: try ModelOverride(configuration: configuration))
                return "right"
            } catch { return "\(error)" }
        }
        #expect(try repository.model(named: "a").configuredBatch == 64)
        #expect(load(#"{"max_batch_size": "16", "name": "a", "backend": "apus"}"#) == "right")
        let model = try repository.model(named: "a")
        #expect(model.configuredBatch == 16)
        // What the server tells of a model is taken back.
        #expect(load(model.configuration(delay: 0).compact) == "right")
        #expect(try repository.model(named: "a").configuredBatch == 16)
        let served = try repository.model(named: "a")
        #expect(
            load(#"{"max_batch_size": 65}"#)
                == "failed to load 'a': max_batch_size is 65, and the server was started with --max-batch 64")
        #expect(load(#"{"max_batch_size": 0}"#) == "failed to load 'a': max_batch_size is 0, and the model takes 64")
        #expect(
            load(#"{"instance_group": []}"#)
                == "failed to load 'a': the configuration has another 'instance_group' than the model; "
                + "max_batch_size alone can be changed")
        #expect(try repository.model(named: "a") === served)
        try repository.load("a")
        #expect(try repository.model(named: "a").configuredBatch == 64)
        #expect(throws: RequestError.self) { try repository.load("b") }
        do { try repository.load("b") } catch {
            #expect(error.kind == .notFound)
            #expect(error.description.hasPrefix("failed to load 'b': there is no such model"))
        }
    }
}
