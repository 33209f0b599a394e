import ApusGraph
import Testing

/// Models to write and read.
enum SampleModel {
    /// A model with weights of every kind: numbers that half precision rounds, a statistic, a number that it can't hold, and a
    /// parameter without weights.
    static func make(_ change: (inout Model) -> Void = { _ in }) throws -> Model {
        let graph = try Graph.parse(
            """
            model sample
            input x: f32[N, 3]
            parameter w: f32[2, 3] = glorot_uniform(fan_in: 3, fan_out: 2)
            parameter b: f32[2] = constant(0)
            statistic mean: f32[2] = constant(0)
            parameter large: f32[2] = constant(0)
            parameter fresh: f32[2] = constant(0)
            output y = dense(x, w, b, units: 2)
            """)
        var model = Model(graph: graph)
        model.weights = [
            "w": [0.1, -2, 3.5, 1e-7, 65_504, -0.0], "b": [1, 2], "mean": [0.1, 1e6], "large": [1, -70_000],
        ]
        model.labels = ["zero", "one: größer ✓"]
        model.preparation = [.init(name: "scale", value: "255"), .init(name: "mean", value: "")]
        model.notes = [.init(name: "epoch", value: "7")]
        change(&model)
        return model
    }
}

@Suite struct ModelFileTests {
    @Test func aModelIsReadAsItWasWritten() throws {
        let model = try SampleModel.make()
        let bytes = try ModelFile.encode(model, weights: .f32)
        #expect(try ModelFile.decode(bytes) == model)
        #expect(try ModelFile.encode(ModelFile.decode(bytes), weights: .f32) == bytes)
        #expect(
            try ModelFile.decode(ModelFile.encode(Model(graph: model.graph), weights: .f16))
                == Model(graph: model.graph))
    }

    @Test func halfPrecisionIsChosenForEachTensor() throws {
        let model = try SampleModel.make()
        let read = try ModelFile.decode(ModelFile.encode(model, weights: .f16))
        #expect(read.weights["w"] == [0.1, -2, 3.5, 1e-7, 65_504, -0.0].map { Float(Float16($0)) })
        #expect(read.weights["w"]?.first == 0.099975586)
        #expect(read.weights["mean"] == [0.1, 1e6])
        #expect(read.weights["large"] == [1, -70_000])
        #expect(try ModelFile.encode(read, weights: .f16) == ModelFile.encode(model, weights: .f16))
    }

    /// From IEEE 754-2019, 4.3.1: to the nearest, and to the even one of two that are as near.
    static let halves: [(Float, UInt16)] = [
        (0x1.002p0, 0x3C00), (0x1.006p0, 0x3C02), (0x1.00208p0, 0x3C01), (0x1p-24, 0x0001), (0x1p-25, 0x0000),
        (0x1.8p-24, 0x0002), (65_504, 0x7BFF), (65_519, 0x7BFF),
    ]

    @Test(arguments: halves)
    func halvesAreRoundedToNearestEven(_ number: Float, _ bits: UInt16) throws {
        let model = try SampleModel.make { $0.weights["b"] = [number, -number] }
        let read = try ModelFile.decode(ModelFile.encode(model, weights: .f16))
        #expect(read.weights["b"] == [Float(Float16(bitPattern: bits)), -Float(Float16(bitPattern: bits))])
    }

    @Test func weightsAreAligned() throws {
        var model = try SampleModel.make()
        model.weights = ["b": [0x1.234568p0, 2]]
        let bytes = try ModelFile.encode(model, weights: .f32)
        let pattern: [UInt8] = [0xB4, 0xA2, 0x91, 0x3F, 0, 0, 0, 0x40]
        let place = bytes.indices.first { Array(bytes[$0...].prefix(8)) == pattern }
        #expect(try #require(place) % 64 == 0)
    }

    @Test func aMappedFileIsRead() throws {
        let model = try SampleModel.make()
        let bytes = try ModelFile.encode(model, weights: .f32)
        #expect(try ModelFile.decode(bytes.span) == model)
    }

    @Test func weightsThatDoNotBelongToTheGraphAreRefused() throws {
        let stray = try SampleModel.make { $0.weights["v"] = [1] }
        #expect(
            throws: ModelFileError(
                .wrongWeights, "the weights 'v' belong to no parameter of the graph",
                remedy: "write the graph whose parameters are explicit, and no weights beside them")
        ) { try ModelFile.encode(stray, weights: .f32) }
        let short = try SampleModel.make { $0.weights["b"] = [1] }
        #expect(
            throws: ModelFileError(
                .wrongWeights, "1 weights do not fill 'b', which is f32[2]", remedy: "give 2")
        ) { try ModelFile.encode(short, weights: .f32) }
    }
}
