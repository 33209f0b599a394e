import ApusCompiler
import ApusFiles
import ApusGraph
import ApusPlan
import ApusText

/// What the command line asks for.
struct Arguments: Question {
    enum Action { case answer, benchmark, profile, help, version }

    var action = Action.answer
    /// The model, plan or spec.
    var file = ""
    var images: [String] = []
    var inputs: [TensorFile] = []
    var outputs: [TensorFile] = []
    var until: [String] = []
    var top: Int?
    var batch: Int?
    var threads = 1
    var target: Target?
    var isJSON = false
    var isRaw = false
    var hasRandomWeights = false
    /// What is given to the tool that reads an ONNX file.
    var onnxOptions: [String] = []
    var convolutions = ConvolutionAlgorithms.exact
    var compute = ComputePrecision.f32
    var isPinned = false
    /// The most memory, as it was given.
    var memoryLimit: String?
    /// Where the events of a profile are written.
    var trace: String?

    private enum Option: String, CommandOption {
        case input, output, until, top, batch, threads, pin, target, compute, direct, raw, json, benchmark, profile,
            trace, help
        case version
        case allowApproximate = "allow-approximate"
        case randomWeights = "random-weights"
        case memoryLimit = "memory-limit"
        case batchDimension = "batch-dimension"
        case set

        /// What follows the option, where something does.
        var value: String? {
            switch self {
            case .input, .output: "NAME=FILE"
            case .until: "VALUE"
            case .top, .batch, .threads: "a number"
            case .target: "a target"
            case .compute: "f32 or bf16"
            case .memoryLimit: "a number of bytes"
            case .trace: "FILE"
            case .batchDimension: "an axis"
            case .set: "NAME=NUMBER"
            case .direct, .allowApproximate, .raw, .json, .benchmark, .profile, .pin, .help, .version, .randomWeights:
                nil
            }
        }

        var isRepeatable: Bool { self == .input || self == .output || self == .until || self == .set }
    }

    static let measurements = ["--benchmark", "--profile"]
    var measurement: String? {
        switch action {
        case .benchmark: "--benchmark"
        case .profile: "--profile"
        default: nil
        }
    }

    /// Whether the file is one of ONNX, by its name.
    var isONNX: Bool { file.lowercased().hasSuffix(".onnx") }

    static let maximumBatch = 1 << 20
    static let maximumThreadCount = 256

    /// Takes the arguments that follow the program's name.
    init(_ list: [String]) throws(Failure) {
        let names = try takeApart(list) { (option: Option, value) throws(Failure) in try set(option, value) }
        if action == .help || action == .version { return }
        guard let file = names.first else { throw .usage("name a model or a plan; --help says more") }
        self.file = file
        images = Array(names.dropFirst())
        try check()
    }

    private mutating func set(_ option: Option, _ value: String) throws(Failure) {
        switch option {
        case .input: inputs.append(try tensorFile(option, value))
        case .output: outputs.append(try tensorFile(option, value))
        case .until:
            guard !value.isEmpty else { throw .usage("--until needs the name of a value") }
            until.append(value)
        case .top: top = try number(option, value, in: 1...Self.maximumBatch)
        case .batch: batch = try number(option, value, in: 1...Self.maximumBatch)
        case .threads: threads = try number(option, value, in: 1...Self.maximumThreadCount)
        case .target:
            guard let known = Target(rawValue: value) else {
                let names = Target.allCases.map(\.rawValue)
                throw .usage("there is no target '\(value)'; choose one of \(names.joined(separator: ", "))")
            }
            target = known
        case .compute:
            guard let known = ComputePrecision(rawValue: value) else {
                throw .usage("--compute takes f32 or bf16, not '\(value)'")
            }
            compute = known
        case .direct, .allowApproximate:
            guard convolutions == .exact else {
                throw .usage("--direct and --allow-approximate don't go together; leave one of them out")
            }
            convolutions = option == .direct ? .direct : .approximate
        case .memoryLimit:
            try setMemoryLimit(value)
            memoryLimit = value
        case .batchDimension, .set: onnxOptions += ["--\(option.rawValue)", value]
        case .raw: isRaw = true
        case .json: isJSON = true
        case .randomWeights: hasRandomWeights = true
        case .pin: isPinned = true
        case .benchmark, .profile:
            if action == .benchmark || action == .profile {
                throw .usage("choose one of --benchmark and --profile: they don't go together")
            }
            if action == .answer { action = option == .benchmark ? .benchmark : .profile }
        case .trace:
            guard !value.isEmpty else { throw .usage("--trace needs the name of a file") }
            trace = value
        case .help: action = .help
        case .version: if action != .help { action = .version }
        }
    }

    private func check() throws(Failure) {
        if let option = onnxOptions.first, !isONNX { throw .usage("\(option) is for ONNX files (.onnx)") }
        try checkQuestion()
        guard trace == nil || action == .profile else { throw .usage("--trace goes with --profile: give both") }
    }
}
