import ApusCommandLine
import ApusData
import ApusFiles
import ApusGraph
import ApusPlan
import ApusProfile
import ApusRuntime
import ApusToolSupport
import ApusTraining
import ArgumentParser
import CPlatform

@main
struct ApusTrain: Tool {
    static let configuration = CommandConfiguration(
        commandName: "apus-train",
        abstract: "Trains a network on labelled images and keeps the best model.",
        discussion: """
            The defaults are the recipe of the Flux model zoo: batches of 128, Adam with a rate of 0.003, up to 20 epochs, \
            noise of 0.1 on the input; the rate is divided by 10 after 5 epochs without improvement. The best model is \
            chosen on images that are held out of the training set.

            The run folder gets best.apus, checkpoint, and history.jsonl with a line for each epoch. The same flags on the \
            same data end in the same bits, whatever the number of threads and however often the run was resumed.
            """,
        version: apusVersion)

    @Argument(help: "A spec, or a model file to go on from.")
    var model: String

    @OptionGroup var data: DataOptions
    @OptionGroup var settings: SettingOptions

    @Option(name: .customLong("out"), help: ArgumentHelp("The folder of the run.", valueName: "run"))
    var output: String

    @Flag(help: "Go on from the folder's checkpoint, with the flags of then.")
    var resume = false

    @Flag(help: "Begin anew in a folder that holds a run.")
    var overwrite = false

    @OptionGroup(title: "Recipe") var recipe: RecipeOptions
    @OptionGroup(title: "Augmentation") var augmentation: AugmentationOptions
    @OptionGroup(title: "Machine") var threads: ThreadOptions
    @OptionGroup(title: "Machine") var target: TargetOptions
    @OptionGroup(title: "Machine") var profile: ProfileOptions

    func validate() throws {
        if resume && overwrite {
            throw ValidationError("--resume goes on and --overwrite begins anew; give one of them")
        }
    }

    func run() throws {
        var options = try recipe.options(augmentation: try augmentation.augmentation(), threads: threads)
        options.convolutions = target.convolutions
        let model = try loadTrainable()
        let (training, test) = try data.load()
        let used = try recipe.limited(training)
        let trainingData: TrainingData
        do throws(TrainingError) {
            trainingData = try TrainingData(training: used, test: test, options: options)
        } catch {
            throw ToolError(error)
        }
        do throws(TrainingError) {
            var folder = try RunFolder(output)
            let lock: RunLock
            do throws(FileError) { lock = try RunLock(folder: output) } catch { throw .file(error.description) }
            let checkpoint = try openRun(&folder)
            var trainer = try Trainer(
                labelled(model, training), data: trainingData, options: options, target: try chosenTarget(),
                checkpoint: checkpoint)
            let limits = profile.isWanted ? try measuredLimits() : nil
            if profile.isWanted { trainer.startRecording(eventRoom: Self.eventRoom) }
            if !resume { try folder.begin() }
            var report = TrainingReport(folder: folder, options: options, images: trainingData.training.count)
            report.announce(model.graph.name, trainingData, source: data.name)
            apus_catch_stop_signals()
            let end = try trainer.run(shouldStop: apus_stop_requested) { event throws(TrainingError) in
                try report.note(event)
            }
            try report.finish(end)
            if let limits, let (plan, recording) = trainer.recording() {
                try report.show(Profile(recording, plan: plan, limits: limits), trace: profile.trace)
            }
            _ = consume lock
        } catch {
            throw ToolError(error)
        }
    }

    private func chosenTarget() throws(TrainingError) -> Target {
        do throws(ToolError) { return try target.target() } catch { throw .session(error.description) }
    }

    /// Calls of each thread that `--trace` writes: those of some ten steps of a small network.
    private static let eventRoom = 20_000

    private func measuredLimits() throws(TrainingError) -> MachineLimits {
        let target = try chosenTarget()
        do throws(SessionError) { return try MachineLimits.measure(on: target) } catch {
            throw .session(error.description)
        }
    }

    private func loadTrainable() throws -> Model {
        switch try LoadedFile.load(model, settings: settings.values) {
        case .spec(let graph): return try explicitModel(Model(graph: graph), file: model)
        case .model(let trained): return try explicitModel(trained, file: model)
        case .plan: throw ToolError("\(model) is a plan, which can't be trained; give the spec or the model file")
        }
    }

    /// The model with the data's class names, and the preparation that training uses.
    private func labelled(_ model: Model, _ training: ImageDataset) -> Model {
        var model = model.prepared(by: training.channels == 1 ? .lightOnDark : .unit)
        model.labels = training.classNames
        return model
    }

    private func openRun(_ folder: inout RunFolder) throws(TrainingError) -> Checkpoint? {
        if resume { return try folder.resume() }
        guard overwrite || !folder.hasRun else {
            throw .file("\(output) holds a run already; go on with --resume, or begin anew with --overwrite")
        }
        return nil
    }
}
