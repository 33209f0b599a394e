import ApusGraph

/// What a command line asks of a network, as apus-infer and standalone programs have it in common.
protocol Question {
    var images: [String] { get }
    var inputs: [TensorFile] { get }
    var outputs: [TensorFile] { get }
    /// Inner values that are asked for in place of the outputs.
    var until: [String] { get }
    var top: Int? { get }
    var isJSON: Bool { get }
    var isRaw: Bool { get }
    /// The option that has the network timed in place of being asked, where it is given.
    var measurement: String? { get }
    /// The options by which a program is told to time the network.
    static var measurements: [String] { get }
}

extension Question {
    /// Refuses what doesn't go together.
    func checkQuestion() throws(Failure) {
        try checkNames(outputs, of: "output")
        try checkNames(inputs, of: "input")
        var ways: [String] = []
        if !images.isEmpty { ways.append("images") }
        if !inputs.isEmpty { ways.append("--input") }
        if isRaw { ways.append("--raw") }
        if let measurement { ways.append(measurement) }
        guard ways.count <= 1 else { throw .usage("choose one of \(enumeration(ways)): they don't go together") }
        guard let way = ways.first else {
            let all = ["images", "--input NAME=FILE", "--raw"] + Self.measurements
            throw .usage("nothing is asked; give \(enumeration(all, "or"))")
        }
        guard outputs.isEmpty || !isRaw && measurement == nil else {
            throw .usage("--output doesn't go with \(way)")
        }
        guard !isJSON || !isRaw else { throw .usage("--json doesn't go with --raw: its answers are f32") }
        guard !isJSON || outputs.isEmpty else { throw .usage("--json doesn't go with --output: nothing is printed") }
        if top != nil, isRaw || measurement != nil || !outputs.isEmpty || !until.isEmpty {
            throw .usage("--top is for classes that are printed, and here are none")
        }
    }
}
