internal import ApusCompiler
internal import ApusPlan
internal import CApus

/// How a file becomes a plan: what `apus_plan_options` says.
struct OpeningOptions {
    var target: Target?
    var batch = 1
    var until: [String] = []
    var settings: [String: Int] = [:]
    /// Bytes; nil: what is quickest.
    var activationLimit: Int?
    var convolutions = ConvolutionAlgorithms.exact
    var opensBatch = false
    /// The file of weights.
    var weights: String?
    var makesWeights = false

    private static let batches = 1...1_000_000
    private static let numbers = -(1 << 31)...(1 << 31)

    /// What C asks for; the defaults where that is NULL.
    init(_ pointer: UnsafePointer<apus_plan_options>?) throws(Failure) {
        guard let pointer = unsafe pointer else { return }
        let fields = try unsafe readStructure(pointer, "apus_plan_options")
        if unsafe fields.target != nil { target = try unsafe Self.target(readText(fields.target, "the target")) }
        let batch = unsafe Int(fields.batch)
        if batch != 0 { self.batch = batch }
        guard Self.batches ~= self.batch else {
            throw .invalidArgument(
                "a batch of \(batch) can't be compiled for; "
                    + "give a number from \(Self.batches.lowerBound) to \(Self.batches.upperBound)")
        }
        try unsafe readList(fields.until, count: fields.until_count, "until") { (value) throws(Failure) in
            until.append(try unsafe readText(value, "a name in until"))
        }
        try unsafe readList(fields.settings, count: fields.setting_count, "settings") { (setting) throws(Failure) in
            try unsafe add(readText(setting.name, "the name of a setting"), Int(setting.value))
        }
        let limit = unsafe Int(fields.activation_limit)
        guard limit >= 0 else {
            throw .invalidArgument("a limit of \(limit) bytes for activations is none; give a number above 0")
        }
        if limit > 0 { activationLimit = limit }
        convolutions = try unsafe Self.convolutions(fields.convolutions)
        unsafe opensBatch = fields.opens_batch != 0
        if unsafe fields.weights != nil { weights = try unsafe readText(fields.weights, "the file of weights") }
        unsafe makesWeights = fields.random_weights != 0
    }

    private mutating func add(_ setting: String, _ number: Int) throws(Failure) {
        guard Self.numbers ~= number else {
            throw .invalidArgument(
                "'\(setting)' can't be \(number); "
                    + "give a number from \(Self.numbers.lowerBound) to \(Self.numbers.upperBound)")
        }
        guard settings.updateValue(number, forKey: setting) == nil else {
            throw .invalidArgument("settings have '\(setting)' twice; leave one of them out")
        }
    }

    private static func target(_ name: String) throws(Failure) -> Target {
        guard let target = Target(rawValue: name) else {
            let names = Target.allCases.map(\.rawValue)
            throw .invalidArgument("there is no target '\(name)'; choose one of \(names.joined(separator: ", "))")
        }
        return target
    }

    private static func convolutions(_ number: Int32) throws(Failure) -> ConvolutionAlgorithms {
        switch Int(number) {
        case Int(APUS_CONVOLUTIONS_EXACT): .exact
        case Int(APUS_CONVOLUTIONS_DIRECT): .direct
        case Int(APUS_CONVOLUTIONS_APPROXIMATE): .approximate
        default:
            throw .invalidArgument("convolutions can't be \(number); give one of APUS_CONVOLUTIONS_...")
        }
    }

    /// The fields that a plan, which is compiled already, has no use for; empty where there are none.
    var compiling: [String] {
        [
            ("until", !until.isEmpty), ("settings", !settings.isEmpty), ("activation_limit", activationLimit != nil),
            ("convolutions", convolutions != .exact), ("opens_batch", opensBatch), ("weights", weights != nil),
            ("random_weights", makesWeights),
        ].filter(\.1).map(\.0)
    }
}
