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

            Signal to noise is in decibels, ten times the decimal logarithm of the ratio of powers: of the value behind each layer, with all \
            that was quantized before it.
            """,
        version: "apus-quantize \(apusVersion)")

    @Argument(help: "A model file, a folder that apus-train wrote, or an ONNX file.")
    var model: String

    @Option(name: [.short, .long], help: ArgumentHelp("The model file to write.", valueName: "X.apus"))
    var output: String

    @OptionGroup var data: DataOptions
    @OptionGroup var normalization: NormalizationOptions
    @OptionGroup var settings: SettingOptions
    @OptionGroup(title: "Quantizing") var quantizing: QuantizingOptions
    @OptionGroup(title: "Machine") var threads: ThreadOptions
    @OptionGroup(title: "Machine") var targets: TargetOptions
    @OptionGroup(title: "Machine") var memoryLimit: MemoryOptions
    @OptionGroup var report: ReportOptions

    @Option(help: ArgumentHelp("Write the report as a page for browsers too.", valueName: "X.html"))
    var html: String?

    func run() throws {
        let given = try loadModel(model, settings: settings.values, opensBatch: settings.opensBatch, needsBatch: true)
        let trained = try explicitModel(given, file: model)
        let all = try trainingPart(for: trained)
        let parts = try quantizing.parts(of: all, file: data.name(.training))
        let preparation = try preparation(of: trained, all)
        let machine = Machine(
            target: try targets.target(), threads: threads.count, placement: threads.placement,
            convolutions: targets.convolutions)
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
        try write(result)
        try printResult(
            report.json
                ? result.report.json.pretty : QuantizationText(result.report, file: model, output: output).text)
    }

    /// The samples that there are to calibrate on, with the classes of the model.
    private func trainingPart(for model: Model) throws(ToolError) -> Dataset {
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

    private func write(_ result: Quantization) throws(ToolError) {
        let bytes: [UInt8]
        do { bytes = try ModelFile.encode(result.model, weights: .f32) } catch { throw ToolError(error, file: model) }
        do throws(FileError) {
            try writeFile(bytes, to: output)
            guard let html else { return }
            let page = result.report.page(
                subtitle: "\(model) in 8 bits, calibrated on \(data.name(.training))",
                repetition: Repetition(
                    command: CommandLine.arguments.map { shellCommand([$0]) },
                    facts: [("model", model)] + SystemFacts.list))
            try writeFile(Array(page.text.utf8), to: html)
        } catch {
            throw ToolError(error)
        }
    }
}
