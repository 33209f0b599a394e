import Synchronization
import Testing

@testable import ApusServing

@Suite("Models by name and version")
struct ModelRepositoryTests {
    private func repository(_ sources: @escaping @Sendable () -> [ModelSource]) -> ModelRepository {
        ModelRepository(options: ServingOptions(), find: sources) { source in
            if source.path == "broken" { throw RequestError(.failed, "broken: is damaged") }
            return .model(try TestModels.dense())
        }
    }

    @Test func namesOfArguments() {
        #expect(
            ModelSource(argument: "models/mnist-cnn.apus")
                == ModelSource(name: "mnist-cnn", version: "1", path: "models/mnist-cnn.apus"))
        #expect(ModelSource(argument: "a=b/c.plan") == ModelSource(name: "a", version: "1", path: "b/c.plan"))
        #expect(ModelSource(argument: "a:3=b=c.plan") == ModelSource(name: "a", version: "3", path: "b=c.plan"))
        #expect(ModelSource(argument: "./x=y/a.plan") == ModelSource(name: "a", version: "1", path: "./x=y/a.plan"))
        for wrong in ["", "a=", "a:0=b", "a:x=b", "a/b=", "ä=b", ".=b", "a:01=b"] {
            #expect(ModelSource(argument: wrong) == nil, "\(wrong)")
        }
    }

    @Test func versions() throws {
        let repository = repository {
            [10, 9, 2].map { ModelSource(name: "a", version: "\($0)", path: "x") }
        }
        try repository.load()
        #expect(try repository.model(named: "a").signature.version == "10")
        #expect(try repository.model(named: "a", version: "2").signature.version == "2")
        #expect(repository.versions(of: "a") == ["2", "9", "10"])
        #expect(throws: RequestError(.notFound, "Request for unknown model: there is no model 'another'")) {
            try repository.model(named: "another")
        }
        #expect(throws: RequestError(.notFound, "the model 'a' has no version '3'; it has 2, 9, 10")) {
            try repository.model(named: "a", version: "3")
        }
    }

    @Test func whatCannotBeLoadedStaysWhatItWas() throws {
        let path = Mutex("x")
        let repository = repository { [ModelSource(name: "a", version: "1", path: path.withLock { $0 })] }
        try repository.load()
        let first = try repository.model(named: "a")
        try repository.load("a")
        let second = try repository.model(named: "a")
        #expect(first !== second)
        path.withLock { $0 = "broken" }
        #expect(throws: RequestError(.failed, "broken: is damaged")) { try repository.load() }
        #expect(try repository.model(named: "a") === second)
        try repository.unload("a")
        #expect(throws: RequestError(.unavailable, "the model 'a' is not loaded: it was unloaded")) {
            try repository.model(named: "a")
        }
    }
}
