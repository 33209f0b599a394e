import ApusData
import ApusGraph
import ApusJSON
import ApusPlan
import ApusRuntime
import ApusText
import Glibc

/// Models that are compiled here take so many samples at once.
private let maximumCompiledBatch = 64

/// Answers images or arrays, and ends the program.
func answer(_ arguments: Arguments) throws(Failure) -> Never {
    let count = arguments.images.isEmpty ? maximumCompiledBatch : arguments.images.count
    let wanted = arguments.batch ?? min(count, maximumCompiledBatch)
    let plan = try loadPlan(arguments, batch: wanted)
    for file in arguments.outputs where !plan.outputs.contains(where: { $0.name == file.name }) {
        let known = plan.outputs.map { "\($0.name): \($0.typeText)" }
        throw Failure(
            "the network has no output '\(file.name)'; it has \(known.joined(separator: ", ")); "
                + "--until chooses other values of a model")
    }
    let images: ImageReader? = arguments.images.isEmpty ? nil : try ImageReader(plan)
    let samples = images == nil ? try readTensors(arguments.inputs, for: plan) : .images(arguments.images)

    var network = try Network(plan, wanted: min(wanted, samples.count), arguments)
    var report = try Report(plan, arguments, samples)
    for start in stride(from: 0, to: samples.count, by: network.batch) {
        let end = min(start + network.batch, samples.count)
        switch samples {
        case .images(let files):
            guard let images else { continue }
            for sample in start..<end {
                let elements = try images.read(files[sample])
                network.setInput(0, first: sample - start, to: elements.span)
            }
        case .tensors(let tensors, _):
            for (port, tensor) in tensors.enumerated() { network.setInput(port, to: tensor, samples: start..<end) }
        }
        do { try network.run(samples: end - start) } catch { throw Failure(error.description) }
        for sample in start..<end {
            report.add(sample, plan.outputs.indices.map { network.output($0, sample: sample - start) })
        }
        try report.flush()
    }
    try report.finish()
    // The system takes all memory back at once, which is faster than freeing it piece by piece.
    exit(0)
}

/// What is made of the answers: lines, JSON, or files.
private struct Report {
    private let plan: Plan
    private let samples: Samples
    private let ranking: Ranking?
    private let isJSON: Bool
    private let nameWidth: Int
    /// The number of the output that each file gets, and its elements so far.
    private var files: [(output: Int, path: String, bytes: [UInt8])] = []
    private var entries: [JSONValue] = []
    private var text = ""

    init(_ plan: Plan, _ arguments: Arguments, _ samples: Samples) throws(Failure) {
        self.plan = plan
        self.samples = samples
        ranking = arguments.until.isEmpty ? Ranking(plan, top: arguments.top ?? 3) : nil
        isJSON = arguments.isJSON
        nameWidth = samples.count > 10_000 ? 0 : (0..<samples.count).map { samples.name($0).count }.max() ?? 0
        files = arguments.outputs.map { file in
            (plan.outputs.firstIndex { $0.name == file.name } ?? 0, file.path, [])
        }
    }

    /// Takes the answer to a sample: the elements of each output.
    mutating func add(_ sample: Int, _ answer: [OutputElements]) {
        if !files.isEmpty {
            for index in files.indices where sample == 0 || !plan.outputs[files[index].output].isShared {
                files[index].bytes += answer[files[index].output].array.bytes
            }
            return
        }
        if let ranking, !isJSON {
            let best = ranking.text(answer[ranking.output].floats)
            text += "\(padded(printable(samples.name(sample)), nameWidth))  \(printable(best))\n"
            return
        }
        let tensors = zip(plan.outputs, answer).map {
            TensorText(name: $0.name, shape: $0.sampleShape, elements: $1)
        }
        if isJSON {
            var members: [(String, JSONValue)] = []
            switch samples {
            case .images(let files): members.append(("image", .string(files[sample])))
            case .tensors: members.append(("sample", .integer(sample)))
            }
            members.append(
                ranking.map { ("top", $0.json(answer[$0.output].floats)) } ?? (
                    "values", .array(tensors.map { $0.json })
                ))
            entries.append(members.object)
        } else {
            text += printable(samples.name(sample)) + "\n"
            for tensor in tensors {
                for line in tensor.text.split(separator: "\n") { text += printable(String(line)) + "\n" }
            }
        }
    }

    /// Prints what is there to be read.
    mutating func flush() throws(Failure) {
        if !text.isEmpty { try printAnswer(text) }
        text = ""
    }

    /// Prints and writes what needs all of the answers.
    func finish() throws(Failure) {
        if isJSON { try printAnswer(JSONValue.array(entries).pretty + "\n") }
        for file in files {
            let output = plan.outputs[file.output]
            let shape = (output.isShared ? [] : [samples.count]) + output.sampleShape
            try reporting { () throws(DataError) in
                try NPYArray(type: ElementType(output.elementType), shape: shape, bytes: file.bytes).write(
                    to: file.path)
            }
        }
    }
}
