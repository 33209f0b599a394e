import ApusCommandLine
import ApusData
import ApusFiles
import ApusGraph
import ApusQuantization
import ApusReport
import ApusToolSupport
import ArgumentParser

@main
struct ApusQuantize: Tool {
    static let configuration = CommandConfiguration(
        commandName: "apus-quantize",
        abstract: "Makes a model of 8 bits of a trained one.",
        discussion: """
            Weights become whole numbers of 8 bits with a scale for each output, and values within the network codes of 8 bits with a scale \
            and a zero point. The ranges that codes cover are chosen by what the network does on some samples of the training set. The \
            model file that is written is compiled and run like any other.

            A part of the samples is held out: what the report says of signal and noise, and of scores, is measured on it. Nothing of \
            a test set is looked at.

            With --weights only the weights of dense layers become whole numbers, and everything is computed of numbers of f32: for \
            networks whose time goes by the bytes of their weights.

            Signal to noise is in decibels, ten times the decimal logarithm of the ratio of powers: of the value behind each layer, with all \
            that was quantized before it.
            """,
        version: "apus-quantize \(apusVersion)")

    @Argument(help: "A model file, a folder that apus-train wrote, or an ONNX file.")
    var model: String

    @Option(name: [.short, .long], help: ArgumentHelp("The model file to write.", valueName: "X.apus"))
    var output: String

    @OptionGroup var data: OptionalDataOptions
    @OptionGroup var normalization: NormalizationOptions
    @OptionGroup var settings: SettingOptions
    @OptionGroup(title: "Quantizing") var quantizing: QuantizingOptions
    @OptionGroup(title: "Machine") var threads: ThreadOptions
    @OptionGroup(title: "Machine") var targets: TargetOptions
    @OptionGroup(title: "Machine") var memoryLimit: MemoryOptions
    @OptionGroup var report: ReportOptions

    @Option(help: ArgumentHelp("Write the report as a page for browsers too.", valueName: "X.html"))
    var html: String?

    func validate() throws {
        if data.selection == nil, quantizing.weights == nil {
            throw ValidationError("Missing expected argument '--data <data>'; only --weights needs none")
        }
    }

    func run() throws {
        let given = try loadModel(model, settings: settings.values, opensBatch: settings.opensBatch, needsBatch: true)
        let trained = try explicitModel(given, file: model)
        if let bits = quantizing.weights {
            try quantizeWeights(of: trained, bits)
        } else if let data = data.selection {
            try quantize(trained, data)
        }
    }

    /// Makes codes of weights and activations.
    private func quantize(_ trained: Model, _ data: DataSelection) throws {
        let all = try trainingPart(for: trained, data)
        let parts = try quantizing.parts(of: all, file: data.name(.training))
        let preparation = try preparation(of: trained, all)
        let machine = try machine()
        let status = StatusLine()
        var result: Quantization
        do throws(QuantizationError) {
            let quantizer = try Quantizer(
                trained, samples: parts.samples, heldOut: parts.heldOut, preparation: preparation, machine: machine,
                options: quantizing.options, progress: { status.show($0) })
            result = try Quantization(quantizer)
        } catch {
            status.clear()
            throw ToolError(error, file: model)
        }
        status.clear()
        result.model = result.model.prepared(by: preparation)
        try write(
            result.model,
            result.report.page(
                subtitle: "\(model) in 8 bits, calibrated on \(data.name(.training))", repetition: repetition))
        try printResult(
            report.json
                ? result.report.json.pretty : QuantizationText(result.report, file: model, output: output).text)
    }

    /// Makes codes of the weights alone.
    private func quantizeWeights(of trained: Model, _ bits: WeightBits) throws {
        var samples: CalibrationSamples?
        if let data = data.selection {
            let all = try trainingPart(for: trained, data)
            samples = CalibrationSamples(
                quantizing.samples(of: all), preparation: try preparation(of: trained, all), machine: try machine())
        }
        let status = StatusLine()
        let result: WeightQuantization
        do throws(QuantizationError) {
            result = try WeightQuantization(
                trained, bits: bits, kept: quantizing.keep, samples: samples, progress: { status.show($0) })
        } catch {
            status.clear()
            throw ToolError(error, file: model)
        }
        status.clear()
        try write(
            result.model,
            result.report.page(
                subtitle: "\(model) with weights of \(bits.count) bits", repetition: repetition))
        try printResult(
            report.json
                ? result.report.json.pretty : QuantizationText(result.report, file: model, output: output).text)
    }

    private func machine() throws -> Machine {
        Machine(
            target: try targets.target(), threads: threads.count, placement: threads.placement,
            convolutions: targets.convolutions)
    }

    /// The samples that there are to calibrate on, with the classes of the model.
    private func trainingPart(for model: Model, _ data: DataSelection) throws(ToolError) -> Dataset {
        let loaded = try data.load(.training, text: model.textForm)
        do {
            return model.labels.isEmpty ? loaded : try loaded.relabelled(model.labels)
        } catch {
            throw ToolError(error, file: data.name(.training))
        }
    }

    /// What was asked for, over what the model says, or else what the data wants.
    private func preparation(of model: Model, _ samples: Dataset) throws(ToolError) -> InputPreparation {
        var own = samples.preparation
        if !model.preparation.isEmpty {
            do { own = try model.inputPreparation() } catch { throw ToolError(error, file: self.model) }
        }
        return try normalization.applied(to: own, training: samples)
    }

    private var repetition: Repetition {
        Repetition(
            command: CommandLine.arguments.map { shellCommand([$0]) }, facts: [("model", model)] + SystemFacts.list)
    }

    private func write(_ result: Model, _ page: Page) throws(ToolError) {
        let bytes: [UInt8]
        do { bytes = try ModelFile.encode(result, weights: .f32) } catch { throw ToolError(error, file: model) }
        do throws(FileError) {
            try writeFile(bytes, to: output)
            if let html { try writeFile(Array(page.text.utf8), to: html) }
        } catch {
            throw ToolError(error)
        }
    }
}
