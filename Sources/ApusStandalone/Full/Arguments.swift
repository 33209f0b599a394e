import ApusPlan
import ApusRuntime

/// What the command line asks for: what `apus-infer` can be asked of a plan, on one thread.
struct Arguments: Question {
    enum Action { case answer, benchmark, help, version }

    var action = Action.answer
    var images: [String] = []
    var inputs: [TensorFile] = []
    var outputs: [TensorFile] = []
    var top: Int?
    var batch: Int?
    var isJSON = false
    var isRaw = false

    /// A plan has no inner values.
    var until: [String] { [] }
    var threads: Int { 1 }

    static let measurements = ["--benchmark"]
    var measurement: String? { action == .benchmark ? "--benchmark" : nil }

    private enum Option: String, CommandOption {
        case input, output, top, batch, raw, json, benchmark, help, version
        case memoryLimit = "memory-limit"

        var value: String? {
            switch self {
            case .input, .output: "NAME=FILE"
            case .top, .batch: "a number"
            case .memoryLimit: "a number of bytes"
            case .raw, .json, .benchmark, .help, .version: nil
            }
        }

        var isRepeatable: Bool { self == .input || self == .output }
    }

    private static let maximumBatch = 1 << 20

    /// Takes the arguments that follow the program's name.
    init(_ list: [String]) throws(Failure) {
        images = try takeApart(list) { (option: Option, value) throws(Failure) in try set(option, value) }
        if action != .help, action != .version { try checkQuestion() }
    }

    private mutating func set(_ option: Option, _ value: String) throws(Failure) {
        switch option {
        case .input: inputs.append(try tensorFile(option, value))
        case .output: outputs.append(try tensorFile(option, value))
        case .top: top = try number(option, value, in: 1...Self.maximumBatch)
        case .batch: batch = try number(option, value, in: 1...Self.maximumBatch)
        case .memoryLimit: try setMemoryLimit(value)
        case .raw: isRaw = true
        case .json: isJSON = true
        case .benchmark: if action == .answer { action = .benchmark }
        case .help: action = .help
        case .version: if action != .help { action = .version }
        }
    }
}
