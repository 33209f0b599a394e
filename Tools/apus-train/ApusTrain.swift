import ApusCommandLine
import ApusData
import ApusFiles
import ApusGraph
import ApusPlan
import ApusProfile
import ApusQuantization
import ApusRuntime
import ApusText
import ApusToolSupport
import ApusTraining
import ArgumentParser
import Glibc

@main
struct ApusTrain: Tool {
    static let configuration = CommandConfiguration(
        commandName: "apus-train",
        abstract: "Trains a network on a data set and keeps the best model.",
        discussion: """
            The defaults are the recipe of the Flux model zoo: batches of 128, Adam with a rate of 0.003, up to 20 epochs, \
            noise of 0.1 on the input; the rate is divided by 10 after 5 epochs without improvement. The best model is \
            chosen on a twelfth of the training set, which is held out. Noise is for images: other data has none unless asked for.

            The run folder gets best.apus, checkpoint, history.jsonl with a line for each epoch and each evaluation within one, and \
            report.html, a page to look at. The same flags on the \
            same data end in the same bits, whatever the number of threads and however often the run was resumed.

            A run that was killed, or stopped by a full disk or a power failure, goes on with --resume, from where it was saved last: at \
            the end of an epoch, or within it a minute ago at most (--checkpoint-seconds). An interrupt (SIGINT) or a request to end \
            (SIGTERM) finishes the step, saves the run, prints the command to go on with, and ends with 130 or 143; a second one ends at \
            once.
            """,
        version: "apus-train \(apusVersion)")

    @Argument(help: "A spec, or a model file or ONNX file to go on from.")
    var model: String

    @OptionGroup var data: DataOptions
    @OptionGroup var normalization: NormalizationOptions
    @OptionGroup var settings: SettingOptions

    @Option(name: .customLong("out"), help: ArgumentHelp("The folder of the run.", valueName: "run"))
    var output: String

    @Flag(help: "Go on from where the folder's run was saved last, with the flags of then.")
    var resume = false

    @Flag(help: "Begin anew in a folder that holds a run.")
    var overwrite = false

    @OptionGroup(title: "Start") var start: StartOptions
    @OptionGroup(title: "Fine-tuning") var fineTuning: FineTuningOptions
    @OptionGroup(title: "Eight bits") var quantizing: QuantizationAwareOptions
    @OptionGroup(title: "Recipe") var recipe: RecipeOptions
    @OptionGroup(title: "Augmentation") var augmentation: AugmentationOptions
    @OptionGroup(title: "Checkpoints") var checkpoints: CheckpointOptions
    @OptionGroup(title: "Report") var page: RunReportOptions
    @OptionGroup(title: "Machine") var threads: ThreadOptions
    @OptionGroup(title: "Machine") var target: TargetOptions
    @OptionGroup(title: "Machine") var memoryLimit: MemoryOptions
    @OptionGroup(title: "Machine") var profile: ProfileOptions

    func validate() throws {
        if resume && overwrite {
            throw ValidationError("--resume goes on and --overwrite begins anew; give one of them")
        }
        if quantizing.isOn, fineTuning.head != nil {
            throw ValidationError(
                "--quantize-aware is for a trained model, and --replace-head begins a layer anew; train that first")
        }
    }

    func run() throws {
        let ranks = try Ranks.begin()
        do {
            try run(ranks)
        } catch {
            ranks?.letTheFirstSpeak(error)
            throw error
        }
    }

    private func run(_ ranks: Ranks?) throws {
        let isFirst = ranks?.isFirst ?? true
        // A checkpoint has weights of its own.
        let hasWeights = resume && RunFolder.hasCheckpoint(output)
        let started = hasWeights ? try loadTrainable() : try start.applied(to: loadTrainable(), file: model)
        // With codes, parameters have the names that they have then.
        let given = quantizing.isOn ? started : try fineTuning.applied(to: started, file: model)
        let (training, test) = try loadData(for: given)
        var options = try recipe.options(
            augmentation: try augmentation.augmentation(), threads: threads, isImage: training.images != nil,
            isQuantizing: quantizing.isOn)
        options.convolutions = target.convolutions
        options.checkpointSeconds = checkpoints.checkpointSeconds
        options.checkpointSteps = checkpoints.checkpointSteps ?? 0
        options.keepsAnswers = !page.isOff && isFirst
        let data = try reporting { () throws(TrainingError) in
            try TrainingData(training: training, test: test, options: options)
        }
        let preparation = try preparation(of: given, data.training)
        options.preparation = preparation
        let chosen = try target.target()
        let machine = Machine(
            target: chosen, threads: threads.count, placement: threads.placement, convolutions: target.convolutions)
        let rounded = try quantizing.applied(
            to: given, file: self.model, samples: data.training, seed: recipe.seed, preparation: preparation,
            machine: machine)
        let model = try rounded.map { try fineTuning.applied(to: $0.model, file: self.model) } ?? given
        guard isFirst else {
            try follow(ranks, model, data, options, chosen)
            return
        }
        var folder = try reporting { () throws(TrainingError) in try RunFolder(output, resuming: resume) }
        let lock: RunLock
        do { lock = try RunLock(folder: output) } catch { throw ToolError(error) }
        let checkpoint = try openRun(&folder)
        let limits = profile.isWanted ? try measuredLimits(chosen) : nil
        var trainer = try reporting { () throws(TrainingError) in
            _ = try ranks?.exchange?.broadcast(checkpoint?.encoded() ?? [])
            return try Trainer(
                model, data: data, options: options, target: chosen, checkpoint: checkpoint, ranks: ranks?.exchange)
        }
        if profile.isWanted { trainer.startRecording(eventRoom: Self.eventRoom) }
        let command = ResumeCommand(launcher: ranks?.launcher ?? [])
        var report = TrainingReport(
            folder: folder, options: options, data: data.training, trainer: trainer, command: command)
        report.quantizes = rounded
        if !page.isOff {
            report.writer = RunReportWriter(
                try explicitModel(model, file: self.model), data: data, source: self.data.name(.training),
                options: options, plan: trainer.plan)
        }
        let end: TrainingEnd
        do throws(TrainingError) {
            end = try train(&trainer, model, data, &report, checkpoint, limits, ranks)
        } catch {
            throw ToolError(error, saved: report.saved, in: output, command: command)
        }
        _ = consume lock
        try finish(end, ranks)
    }

    /// Does its share of what the first rank does and tells.
    private func follow(
        _ ranks: Ranks?, _ model: Model, _ data: TrainingData, _ options: TrainingOptions, _ target: Target
    ) throws {
        let end: TrainingEnd
        do throws(TrainingError) {
            let bytes = try ranks?.exchange?.broadcast([]) ?? []
            let checkpoint = bytes.isEmpty ? nil : try Checkpoint(decoding: bytes, file: "the first rank's checkpoint")
            var trainer = try Trainer(
                model, data: data, options: options, target: target, checkpoint: checkpoint, ranks: ranks?.exchange)
            let epochs = trainer.epochs
            end = try trainer.run(shouldStop: { StopSignals.number != nil }) { _ in }
            if lacksAnswers(trainer, since: epochs, end) { _ = try trainer.answers() }
        } catch .session(.lostRank(let what)) {
            throw RunLost(what, in: output, command: ResumeCommand(launcher: ranks?.launcher ?? []))
        } catch {
            throw ToolError(error)
        }
        try finish(end, ranks)
    }

    private func finish(_ end: TrainingEnd, _ ranks: Ranks?) throws {
        ranks?.end()
        // Where it was another rank that was asked to end, it is as if this one had been.
        let signal = StopSignals.number ?? (ranks == nil ? nil : SIGTERM)
        if end == .interrupted, let signal { throw ExitCode(StopSignals.exitCode(signal)) }
    }

    private func train(
        _ trainer: inout Trainer, _ model: Model, _ data: TrainingData, _ report: inout TrainingReport,
        _ checkpoint: Checkpoint?, _ limits: MachineLimits?, _ ranks: Ranks?
    ) throws(TrainingError) -> TrainingEnd {
        if ranks == nil { StopSignals.catchNext() }
        if checkpoint == nil { try report.begin(with: trainer.checkpoint()) }
        if let folder = page.tensorBoard { try report.openEvents(in: folder) }
        report.announce(
            model.graph.name, data, source: self.data.name(.training), ranks: ranks?.exchange?.count ?? 1,
            traffic: trainer.traffic)
        let epochs = trainer.epochs
        let end = try trainer.run(shouldStop: { StopSignals.number != nil }) { event throws(TrainingError) in
            try report.note(event)
        }
        let answers = lacksAnswers(trainer, since: epochs, end) ? try trainer.answers() : nil
        if let limits, let (plan, recording) = trainer.recording() {
            try report.show(Profile(recording, plan: plan, limits: limits), trace: profile.trace)
        }
        if end != .interrupted, report.needsReport {
            try report.writeReport(answers, recipe: trainer.checkpoint().recipe)
        }
        report.finish(end)
        return end
    }

    /// Whether a report is wanted and no epoch has ended since there were so many, with which answers would have come: of a run that was
    /// stopped before its last report was written, or had none. All ranks come to the same, and then ask for the answers together.
    private func lacksAnswers(_ trainer: borrowing Trainer, since epochs: Int, _ end: TrainingEnd) -> Bool {
        !page.isOff && end != .interrupted && trainer.epochs == epochs
    }

    /// The parts of the data. Classes that the model knew by these names before keep their places in its answer.
    private func loadData(for model: Model) throws(ToolError) -> (training: Dataset, test: Dataset?) {
        let (all, test) = try data.load(text: model.textForm)
        let training = try recipe.limited(all)
        guard training.hasNamedClasses, !model.labels.isEmpty, let known = try? training.relabelled(model.labels) else {
            return (training, test)
        }
        do {
            return (known, try test?.relabelled(model.labels))
        } catch {
            throw ToolError(error, file: data.name(.test))
        }
    }

    /// What was asked for, over what the model says that was trained before, or else what the data wants.
    private func preparation(of model: Model, _ training: Dataset) throws(ToolError) -> InputPreparation {
        var own = training.preparation
        if !model.preparation.isEmpty {
            do { own = try model.inputPreparation() } catch { throw ToolError(error, file: self.model) }
        }
        return try normalization.applied(to: own, training: training)
    }

    /// Calls of each thread that `--trace` writes: those of some ten steps of a small network.
    private static let eventRoom = 20_000

    private func measuredLimits(_ target: Target) throws(ToolError) -> MachineLimits {
        do { return try MachineLimits.measure(on: target) } catch { throw ToolError(error) }
    }

    private func loadTrainable() throws -> Model {
        switch try LoadedFile.load(model, settings: settings.values, opensBatch: settings.opensBatch, needsBatch: true)
        {
        case .spec(let graph): return Model(graph: graph)
        case .model(let trained): return trained
        case .plan: throw ToolError("\(model) is a plan, which can't be trained; give the spec or the model file")
        }
    }

    private func openRun(_ folder: inout RunFolder) throws(ToolError) -> Checkpoint? {
        if resume {
            let checkpoint = try reporting { () throws(TrainingError) in try folder.resume() }
            if checkpoint == nil { print("the run in \(printable(output)) had saved nothing yet: it begins") }
            return checkpoint
        }
        guard overwrite || !folder.hasRun else {
            throw ToolError("\(output) holds a run already; go on with --resume, or begin anew with --overwrite")
        }
        return nil
    }
}
