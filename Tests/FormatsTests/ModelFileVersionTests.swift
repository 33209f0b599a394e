import ApusGraph
import TestSupport
import Testing

/// Model files of each version that there was are read, and give the models that were written.
@Suite("Versions of model files")
struct ModelFileVersionTests {
    /// What the files of each version hold. A file once written stays: add one, and change none.
    static let files: [(name: String, model: @Sendable () throws -> Model)] = [
        ("1.0/sample-f32.apus", { try sample(halves: false) }), ("1.0/sample-f16.apus", { try sample(halves: true) }),
        ("2.0/constants.apus", constants), ("3.0/sample-f32.apus", { try sample(halves: false) }),
        ("3.0/sample-f16.apus", { try sample(halves: true) }), ("3.0/constants.apus", constants),
    ]

    /// Weights that half precision rounds, a statistic, numbers that it can't hold, and a parameter without weights.
    private static func sample(halves: Bool) throws -> Model {
        var model = Model(
            graph: try Graph.parse(
                """
                model sample
                input x: f32[N, 3]
                parameter w: f32[2, 3] = glorot_uniform(fan_in: 3, fan_out: 2)
                parameter b: f32[2] = constant(0)
                statistic mean: f32[2] = constant(0)
                parameter large: f32[2] = constant(0)
                parameter fresh: f32[2] = constant(0)
                output y = dense(x, w, b, units: 2)
                """))
        let weights: [Float] = [0.1, -2, 3.5, 1e-7, 65_504, -0.0]
        model.weights = [
            "w": halves ? weights.map { Float(Float16($0)) } : weights, "b": [1, 2], "mean": [0.1, 1e6],
            "large": [1, -70_000],
        ]
        model.labels = ["zero", "one: größer ✓"]
        model.preparation = [.init(name: "scale", value: "255"), .init(name: "mean", value: "")]
        model.notes = [.init(name: "epoch", value: "7")]
        return model
    }

    /// Constants that are stored beside the text, and one in it.
    private static func constants() throws -> Model {
        func list(_ count: Int, _ number: (Int) -> String) -> String {
            "[\((0..<count).map(number).joined(separator: ", "))]"
        }
        return Model(
            graph: try Graph.parse(
                """
                model constants
                input x: f32[N, 70]
                constant ramp: f32[70] = \(list(70) { "\(Double($0) / 4)" })
                constant places: i64[65] = \(list(65) { "\(69 - $0)" })
                constant half: f32[1] = [0.5]
                shifted = add(multiply(x, half), ramp)
                output y = gather(shifted, places, axis: 1)
                """))
    }

    @Test(arguments: files.indices)
    func areRead(index: Int) throws {
        let file = Self.files[index]
        #expect(try ModelFile.decode(Fixture.bytes("apus/\(file.name)")) == file.model(), "\(file.name)")
    }

    /// The files of today's version are what is written today: a change of the encoding needs a new version and files of it.
    @Test func whatIsWrittenIsOfTheNewestVersion() throws {
        let version = ModelFile.format.version.description
        let current = Self.files.filter { $0.name.hasPrefix("\(version)/") }
        try #require(!current.isEmpty, "there is no file of version \(version) in Tests/Fixtures/apus")
        for file in current {
            let format: ModelFile.WeightFormat = file.name.contains("f16") ? .f16 : .f32
            #expect(
                try ModelFile.encode(file.model(), weights: format) == Fixture.bytes("apus/\(file.name)"),
                "\(file.name): the encoding changed; raise the version, and add files to Tests/Fixtures/apus")
        }
    }

    @Test func noFileIsForgotten() {
        let files = Fixture.names("apus").flatMap { version in
            Fixture.names("apus/\(version)").map { "\(version)/\($0)" }
        }
        #expect(files == Self.files.map(\.name).sorted())
    }
}
