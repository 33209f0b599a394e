public import ApusCompiler
public import ApusData
public import ApusFiles
public import ApusGraph
import ApusPlan
public import ApusRuntime

/// Why training or evaluating can't begin or go on.
public enum TrainingError: Error, Sendable, Equatable, CustomStringConvertible {
    case compile(CompileError)
    case session(SessionError)
    case data(DataError)
    case file(FileError)
    case modelFile(ModelFileError)
    case checkpoint(CheckpointError)
    /// The model and the data don't fit each other.
    case mismatch(DataMismatch)
    /// So many samples can't be held out of those that are there.
    case heldOut(Int, of: Int)
    /// The model has more weights than memory can be expected to hold.
    case tooManyWeights(Int, maximum: Int)
    /// The model has no parameters, or all of them are fixed.
    case nothingToTrain
    /// A plan that reports no loss.
    case noLoss
    /// The loss, a gradient or a parameter is not a finite number.
    case notFinite(what: String, epoch: Int, step: Int)
    /// Another of the processes that share a run has another model, recipe, data set or target.
    case otherRank(Int)

    public var description: String {
        switch self {
        case .compile(let error): error.description
        case .session(let error): error.description
        case .data(let error): error.description
        case .file(let error): error.description
        case .modelFile(let error): error.description
        case .checkpoint(let error): error.description
        case .mismatch(let mismatch): mismatch.description
        case .heldOut(let count, let all):
            "\(count) samples can't be held out of \(all); hold out fewer, or select on the last model"
        case .tooManyWeights(let count, let maximum):
            "the model has \(count) weights, more than the \(maximum) that are supported; make it smaller"
        case .nothingToTrain: "no parameter of the model is trained; let it have some that are not fixed"
        case .noLoss: "the training plan reports no loss; choose an optimizer and a loss"
        case .notFinite(let what, let epoch, let step):
            "\(what) is not finite after step \(step) of epoch \(epoch); use a smaller learning rate, or look for "
                + "values in the data that are far from 0...1"
        case .otherRank(let rank):
            "rank \(rank) is to train another model, by another recipe, on other data or for another instruction set; start all ranks "
                + "with the same flags and files, and name the --target where their processors differ"
        }
    }
}

/// Where a model and a data set don't fit each other.
public enum DataMismatch: Error, Sendable, Equatable, CustomStringConvertible {
    /// The names of the model's inputs, and how many columns of input the data has.
    case inputCount(model: [String], data: Int)
    /// Shapes of a sample. Where all dimensions but those of 1 are the same, shapes fit.
    case shape(port: String, model: [Int], data: [Int])
    /// The model takes whole numbers, and the data has numbers with fractions.
    case needsIntegers(port: String)
    /// The port's elements are of a type that training and evaluating don't know.
    case elementType(port: String)
    case classes(data: Int, model: Int)
    /// The shapes of the answer and of the targets of a sample.
    case answer(model: [Int], targets: [Int])
    case outputCount(model: String, outputs: [String])
    /// None of the inputs are images, and they were to be changed at random.
    case augmentation

    public var description: String {
        switch self {
        case .inputCount(let model, let data):
            "the model takes \(model.count) inputs (\(model.joined(separator: ", "))) and the data set has \(data); "
                + "give one column of samples for each"
        case .shape(let port, let model, let data):
            "'\(port)' takes \(model) and the data set has \(data); set the spec's sizes to those of the data"
        case .needsIntegers(let port):
            "'\(port)' takes whole numbers and the data set has numbers with fractions; choose another loss, or give labels"
        case .elementType(let port):
            "'\(port)' is neither f32 nor i32; only these are trained and evaluated on data sets"
        case .classes(let data, let model):
            "the data set has \(data) classes and the model answers \(model); set the spec's number of classes"
        case .answer(let model, let targets):
            "the model answers \(model) and the targets are \(targets); "
                + "let it answer one number for each class, or for each element of the targets"
        case .outputCount(let model, let outputs):
            "a model that is evaluated has one output; '\(model)' has \(outputs.joined(separator: ", "))"
        case .augmentation:
            "only images can be changed at random; leave augmentation out"
        }
    }
}

extension Session {
    /// A session whose errors are a trainer's.
    static func make(
        _ plan: Plan, threads: Int, placement: ThreadPlacement, ranks: (any RankExchange)? = nil
    ) throws(TrainingError) -> Session {
        do throws(SessionError) {
            return try Session(plan, threads: threads, placement: placement, ranks: ranks)
        } catch {
            throw .session(error)
        }
    }
}
