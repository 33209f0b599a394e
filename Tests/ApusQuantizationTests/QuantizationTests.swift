import ApusData
import ApusGraph
import ApusJSON
import ApusReport
import TestSupport
import Testing

@testable import ApusQuantization

@Suite struct QuantizationTests {
    private static let spec = """
        model small
        input image: f32[N, 2, 8, 8]
        conv1 = conv2d(image, filters: 6, kernel: [3, 3], padding: 1)
        act1 = relu(conv1)
        conv2 = conv2d(act1, filters: 6, kernel: [3, 3], padding: 1)
        act2 = relu(conv2)
        flat = flatten(act2)
        logits = dense(flat, units: 3)
        output probabilities = softmax(logits)
        """

    /// Data whose labels are what the model answers, so that its accuracy is 1.
    private static func data(for model: Model, count: Int = 120) throws -> Dataset {
        let data = try SmallModel.data([2, 8, 8], count: count)
        let answers = try SmallModel.answers(model, data)
        let labels = (0..<count).map { sample -> Int32 in
            let scores = answers[3 * sample..<3 * sample + 3]
            let best = scores.indices.max { scores[$0] < scores[$1] } ?? 0
            return Int32(best - scores.startIndex)
        }
        return try Dataset(
            inputs: data.inputs, targets: DataColumn(count: count, sampleShape: [], elements: .integers(labels)))
    }

    @Test func theNumberOfThreadsDoesNotMatter() throws {
        let model = try SmallModel.initialized(Self.spec)
        let data = try SmallModel.data([2, 8, 8], count: 150)
        var options = QuantizationOptions()
        options.measuresSensitivity = true
        let one = try SmallModel.quantize(model, on: data, options: options, threads: 1)
        let three = try SmallModel.quantize(model, on: data, options: options, threads: 3)
        #expect(one.model == three.model)
        #expect(one.report.json == three.report.json)
    }

    @Test(arguments: [CalibrationMethod.minmax, .percentile(99.9), .entropy, .leastSquares])
    func allMethodsKeepTheAnswers(method: CalibrationMethod) throws {
        let model = try SmallModel.initialized(Self.spec)
        let data = try SmallModel.data([2, 8, 8], count: 150)
        let report = try SmallModel.quantize(model, on: data, options: QuantizationOptions(method: method)).report
        #expect(report.signalToNoise.decibels > 20, "\(method): \(report.signalToNoise.decibels) dB")
        for layer in report.layers {
            #expect(layer.reason == nil && (layer.signalToNoise?.decibels ?? 0) > 20, "\(method): \(layer.name)")
            if method == .minmax, let range = layer.range, range.scale != nil { #expect(range.saturated == 0) }
        }
    }

    @Test func layersThatAreKeptStayFloat() throws {
        let model = try SmallModel.initialized(Self.spec)
        let data = try SmallModel.data([2, 8, 8])
        let result = try SmallModel.quantize(model, on: data, options: QuantizationOptions(kept: ["conv2"]))
        #expect(result.report.layers.map(\.reason) == [nil, "as asked for", nil])
        #expect(Set(result.model.weights.keys) == ["conv2.weight", "conv2.bias"])
        let error = #expect(throws: QuantizationError.self) {
            try SmallModel.quantize(model, on: data, options: QuantizationOptions(kept: ["conv9"]))
        }
        #expect(error?.description == "there is no layer 'conv9'; the layers are conv1, conv2, logits")
    }

    /// One weight that is a thousand times the others leaves them no codes.
    @Test func layersThatHurtStayFloat() throws {
        var model = try SmallModel.initialized(Self.spec)
        var weights = try #require(model.weights["conv2.weight"])
        // Where each output has a large weight, and what it multiplies is always zero: nothing but the scale feels it.
        model.weights["conv1.bias"]?[0] = -1000
        for output in 0..<6 { weights[output * 54] = 300 }
        model.weights["conv2.weight"] = weights
        let data = try Self.data(for: model)
        var options = QuantizationOptions()
        options.equalization = .never
        let plain = try SmallModel.quantize(model, on: data, options: options).report
        #expect(plain.before == nil && plain.signalToNoise.decibels < 15, "\(plain.signalToNoise.decibels)")
        options.maximumDrop = 0
        let result = try SmallModel.quantize(model, on: data, options: options)
        let layer = result.report.layers[1]
        #expect(layer.name == "conv2")
        #expect(try #require(layer.reason).hasPrefix("in 8 bits the score on held-out samples is "))
        #expect(
            result.report.layers.min { ($0.sensitivity?.decibels ?? 99) < ($1.sensitivity?.decibels ?? 99) }?.name
                == "conv2")
        #expect(result.report.before?.score == 1 && result.report.after?.score == 1)
        #expect(result.report.signalToNoise.decibels > plain.signalToNoise.decibels + 10)
    }

    @Test func reportsSayTheSameInAllForms() throws {
        let model = try SmallModel.initialized(Self.spec)
        var options = QuantizationOptions(kept: ["conv2"])
        options.maximumDrop = 100
        let report = try SmallModel.quantize(model, on: try SmallModel.data([2, 8, 8]), options: options).report
        let json = report.json
        #expect(json["layers_in_8_bits"] == 2 && json["samples"] == 30 && json["held_out"] == 10)
        #expect(json["method"] == "least-squares" && json["measure"] == "accuracy")
        let layers = try #require(json["layers"]?.arrayValue)
        #expect(layers.map { $0["as"] } == ["i8", "f32", "i8"])
        #expect(layers[1]["reason"] == "as asked for" && layers[0]["reason"] == .null)
        // Nobody reads what conv1 makes as codes, and what is behind conv2 becomes codes.
        #expect(layers[0]["scale"] == .null && layers[1]["zero_point"] == 0 && layers[2]["scale"] == .null)
        #expect(json["values"]?.arrayValue?.map { $0["name"] } == ["image"])
        let tables = ReportTables(report)
        #expect(tables.layers.rows.map { $0[0] } == ["conv1", "conv2", "logits"])
        #expect(tables.layers.rows[1].last == "as asked for")
        let page = report.page(subtitle: "x", repetition: Repetition(command: ["apus-quantize"], facts: [])).text
        for part in ["Quantization", "conv2", "as asked for", "Other values in 8 bits", "held-out accuracy"] {
            #expect(page.contains(part), "\(part)")
        }
    }

    @Test func badSamplesAreRefused() throws {
        let model = try SmallModel.initialized(Self.spec)
        let wrong = #expect(throws: QuantizationError.self) {
            try SmallModel.quantize(model, on: try SmallModel.data([2, 9, 9]))
        }
        #expect(wrong?.description.contains("'image' takes [2, 8, 8]") == true)
        var broken = model
        broken.weights["conv1.bias"]?[0] = .infinity
        let error = #expect(throws: QuantizationError.self) {
            try SmallModel.quantize(broken, on: try SmallModel.data([2, 8, 8]))
        }
        #expect(error?.description.hasPrefix("'act1' is not a finite number on a calibration sample") == true)
    }
}
