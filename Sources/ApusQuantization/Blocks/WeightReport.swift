package import ApusJSON
package import ApusReport
package import ApusTraining

/// What became of a model whose weights alone have codes: by layer, and as a whole.
package struct WeightReport: Sendable {
    /// A dense layer.
    package struct Layer: Sendable {
        package var name: String
        package var inputs: Int
        package var outputs: Int
        /// Of the weights; nil where they stay in f32.
        package var signalToNoise: SignalToNoise?
        /// Bytes of the weights, and of the codes with their scales as a plan has them.
        package var bytes: (before: Int, after: Int)

        init(_ layer: ApusQuantization.Layer, _ codes: BlockCodes?, bits: WeightBits) {
            name = layer.name
            inputs = layer.inputs
            outputs = layer.outputs
            signalToNoise = codes?.noise
            let before = 4 * layer.weight.count
            bytes = (before, codes.map { ($0.codes.count * bits.count + 7) / 8 + 4 * $0.scales.count } ?? before)
        }
    }

    /// How the answers to samples change.
    package struct Answers: Sendable {
        package var samples: Int
        package var signalToNoise: SignalToNoise
        /// Nil where samples have nothing to compare an answer with.
        package var before: Evaluation?
        package var after: Evaluation?
    }

    package var model: String
    package var bits: WeightBits
    package var layers: [Layer]
    package var answers: Answers?

    init(model: String, bits: WeightBits, layers: [Layer]) {
        self.model = model
        self.bits = bits
        self.layers = layers
    }

    /// Of all layers together.
    private var bytes: (before: Int, after: Int) {
        layers.reduce(into: (0, 0)) { sum, layer in
            sum.0 += layer.bytes.before
            sum.1 += layer.bytes.after
        }
    }

    /// Figures of the whole, each a name and a value.
    package var figures: [(name: String, value: String)] {
        let coded = layers.compactMap(\.signalToNoise)
        var figures = [
            ("dense layers in \(bits.count) bits", "\(coded.count) of \(layers.count)"),
            ("weights", "\(bytes.before) B in f32, \(bytes.after) B now"),
            ("scales", "one for each \(BlockCodes.block) inputs of an output"),
            ("signal to noise of weights", "\(formatDecibels(.sum(coded))) dB"),
        ]
        guard let answers else { return figures }
        figures.append(
            (
                "signal to noise",
                "\(formatDecibels(answers.signalToNoise)) dB of the answer, on \(answers.samples) samples"
            ))
        if let before = answers.before, let after = answers.after {
            figures.append(
                (
                    before.measure.title,
                    "\(formatPoints(100 * before.score)) in f32, \(formatPoints(100 * after.score)) now"
                ))
        }
        return figures
    }

    package var table: ReportTables.Table {
        ReportTables.Table(
            title: "Dense layers",
            columns: [
                ("layer", false), ("as", false), ("inputs", true), ("outputs", true), ("bytes in f32", true),
                ("bytes", true), ("signal to noise", true),
            ],
            rows: layers.map { layer in
                [
                    layer.name, layer.signalToNoise == nil ? "f32" : bits.rawValue, "\(layer.inputs)",
                    "\(layer.outputs)", "\(layer.bytes.before)", "\(layer.bytes.after)",
                    formatDecibels(layer.signalToNoise),
                ]
            })
    }

    /// The report for programs.
    package var json: JSONValue {
        [
            "model": .string(model),
            "weights": .string(bits.rawValue),
            "block": .integer(BlockCodes.block),
            "weight_bytes": ["f32": .integer(bytes.before), "now": .integer(bytes.after)],
            "layers": .array(
                layers.map { layer in
                    [
                        "name": .string(layer.name),
                        "as": .string(layer.signalToNoise == nil ? "f32" : bits.rawValue),
                        "inputs": .integer(layer.inputs), "outputs": .integer(layer.outputs),
                        "bytes": ["f32": .integer(layer.bytes.before), "now": .integer(layer.bytes.after)],
                        "signal_to_noise": layer.signalToNoise.json,
                    ]
                }),
            "samples": .integer(answers?.samples ?? 0),
            "signal_to_noise": (answers?.signalToNoise).json,
            "measure": (answers?.before).map { .string($0.measure.rawValue) } ?? .null,
            "score_f32": (answers?.before).map { .number($0.score) } ?? .null,
            "score": (answers?.after).map { .number($0.score) } ?? .null,
        ]
    }

    /// The report as a page for browsers.
    package func page(subtitle: String, repetition: Repetition) -> Page {
        let sections = [
            Page.Section("overview", "Overview", [Parts.figures(figures.map { ($0.name, $0.value, "") })]),
            Page.Section(
                "layers", table.title,
                note: "Signal to noise, in decibels, compares the weights with those of f32.", [table.html]),
            repetition.section,
        ]
        return Page(title: model, kind: "Quantization", subtitle: subtitle, sections: sections)
    }
}
