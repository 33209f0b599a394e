import ApusPlan
import ApusRuntime

/// What the command line asks for: what `apus-infer` can be asked of a plan, on one thread.
struct Arguments {
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
        if action != .help, action != .version { try check() }
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

    /// Refuses what doesn't go together.
    private func check() throws(Failure) {
        try checkNames(outputs, of: "output")
        try checkNames(inputs, of: "input")
        var ways: [String] = []
        if !images.isEmpty { ways.append("images") }
        if !inputs.isEmpty { ways.append("--input") }
        if isRaw { ways.append("--raw") }
        if action == .benchmark { ways.append("--benchmark") }
        guard ways.count <= 1 else {
            throw .usage("choose one of \(ways.joined(separator: ", ")): they don't go together")
        }
        guard let way = ways.first else {
            throw .usage("nothing is asked; give images, --input NAME=FILE, --raw or --benchmark")
        }
        guard outputs.isEmpty || !isRaw && action == .answer else { throw .usage("--output doesn't go with \(way)") }
        guard !isJSON || !isRaw else { throw .usage("--json doesn't go with --raw: its answers are f32") }
        guard !isJSON || outputs.isEmpty else { throw .usage("--json doesn't go with --output: nothing is printed") }
        if top != nil, isRaw || action != .answer || !outputs.isEmpty {
            throw .usage("--top is for classes that are printed, and here are none")
        }
    }
}
