import ApusCompiler
import ApusFiles
import ApusGraph
import ApusPlan
import ApusText

/// What the command line asks for.
struct Arguments {
    /// A tensor of the network and the file it is read from or written to.
    struct TensorFile {
        var name: String
        var path: String
    }

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
    var isPinned = false
    /// The most memory, as it was given.
    var memoryLimit: String?
    /// Where the events of a profile are written.
    var trace: String?

    private enum Option: String, CaseIterable {
        case input, output, until, top, batch, threads, pin, target, direct, raw, json, benchmark, profile, trace, help
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

    /// Whether the file is one of ONNX, by its name.
    var isONNX: Bool { file.lowercased().hasSuffix(".onnx") }

    static let maximumBatch = 1 << 20
    static let maximumThreadCount = 256

    /// Takes the arguments that follow the program's name.
    init(_ list: [String]) throws(Failure) {
        var given: [Option] = []
        var names: [String] = []
        var index = 0
        var optionsEnd = false
        while index < list.count {
            let argument = list[index]
            index += 1
            guard !optionsEnd, argument.utf8.first == UInt8(ascii: "-"), argument != "-" else {
                names.append(argument)
                continue
            }
            if argument == "--" {
                optionsEnd = true
                continue
            }
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let option = try Self.option(String(parts[0]))
            guard option.isRepeatable || !given.contains(option) else {
                throw .usage("--\(option.rawValue) is given twice; leave one of them out")
            }
            given.append(option)
            guard let expected = option.value else {
                guard parts.count == 1 else { throw .usage("--\(option.rawValue) takes no value") }
                try set(option, "")
                continue
            }
            if parts.count == 2 {
                try set(option, String(parts[1]))
            } else {
                guard index < list.count else { throw .usage("--\(option.rawValue) needs \(expected) after it") }
                try set(option, list[index])
                index += 1
            }
        }
        if action == .help || action == .version { return }
        guard let file = names.first else { throw .usage("name a model or a plan; --help says more") }
        self.file = file
        images = Array(names.dropFirst())
        try check()
    }

    private static func option(_ text: String) throws(Failure) -> Option {
        if text == "-h" { return .help }
        // `Option(rawValue:)` says the same, but it makes a dictionary first, since they are many.
        let name = text.dropFirst(2)
        if text.hasPrefix("--"), let option = Option.allCases.first(where: { $0.rawValue == name }) { return option }
        let near = nearName(to: text, among: Option.allCases.map { "--\($0.rawValue)" })
        throw .usage("there is no option \(text); \(near.map { "did you mean \($0)?" } ?? "--help lists them")")
    }

    private mutating func set(_ option: Option, _ value: String) throws(Failure) {
        switch option {
        case .input: inputs.append(try Self.tensorFile(option, value))
        case .output: outputs.append(try Self.tensorFile(option, value))
        case .until:
            guard !value.isEmpty else { throw .usage("--until needs the name of a value") }
            until.append(value)
        case .top: top = try Self.number(option, value, in: 1...Self.maximumBatch)
        case .batch: batch = try Self.number(option, value, in: 1...Self.maximumBatch)
        case .threads: threads = try Self.number(option, value, in: 1...Self.maximumThreadCount)
        case .target:
            guard let known = Target(rawValue: value) else {
                let names = Target.allCases.map(\.rawValue)
                throw .usage("there is no target '\(value)'; choose one of \(names.joined(separator: ", "))")
            }
            target = known
        case .direct, .allowApproximate:
            guard convolutions == .exact else {
                throw .usage("--direct and --allow-approximate don't go together; leave one of them out")
            }
            convolutions = option == .direct ? .direct : .approximate
        case .memoryLimit:
            guard let bytes = parsedByteCount(value) else {
                throw .usage("--memory-limit is a number of bytes, 4096, 32K, 1.5M or 2G, not '\(value)'")
            }
            MemoryLimit.set(bytes)
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

    private static func tensorFile(_ option: Option, _ value: String) throws(Failure) -> TensorFile {
        // A value's name has no '=' in it, a file's may.
        let parts = value.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
            throw .usage("--\(option.rawValue) takes NAME=FILE, not '\(value)'")
        }
        return TensorFile(name: parts[0], path: parts[1])
    }

    private static func number(_ option: Option, _ value: String, in range: ClosedRange<Int>) throws(Failure) -> Int {
        let isPlain = value.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard isPlain, let number = Int(value), range.contains(number) else {
            throw .usage(
                "--\(option.rawValue) is a whole number from \(range.lowerBound) to \(range.upperBound), not '\(value)'"
            )
        }
        return number
    }

    /// Refuses what doesn't go together.
    private func check() throws(Failure) {
        if let option = onnxOptions.first, !isONNX { throw .usage("\(option) is for ONNX files (.onnx)") }
        for (index, output) in outputs.enumerated() where outputs[..<index].contains(where: { $0.name == output.name })
        {
            throw .usage("--output \(output.name) is given twice; leave one of them out")
        }
        for (index, input) in inputs.enumerated() where inputs[..<index].contains(where: { $0.name == input.name }) {
            throw .usage("--input \(input.name) is given twice; leave one of them out")
        }
        var ways: [String] = []
        if !images.isEmpty { ways.append("images") }
        if !inputs.isEmpty { ways.append("--input") }
        if isRaw { ways.append("--raw") }
        if action == .benchmark { ways.append("--benchmark") }
        if action == .profile { ways.append("--profile") }
        guard ways.count <= 1 else { throw .usage("choose one of \(enumeration(ways)): they don't go together") }
        guard let way = ways.first else {
            throw .usage("nothing is asked; give images, --input NAME=FILE, --raw, --benchmark or --profile")
        }
        guard outputs.isEmpty || !isRaw && action == .answer else { throw .usage("--output doesn't go with \(way)") }
        guard !isJSON || !isRaw else { throw .usage("--json doesn't go with --raw: its answers are f32") }
        guard !isJSON || outputs.isEmpty else { throw .usage("--json doesn't go with --output: nothing is printed") }
        guard trace == nil || action == .profile else { throw .usage("--trace goes with --profile: give both") }
        if top != nil, isRaw || action != .answer || !outputs.isEmpty || !until.isEmpty {
            throw .usage("--top is for classes that are printed, and here are none")
        }
    }
}
