import Apus
import Foundation

/// A plan in a session, with the samples that it is asked again and again.
struct Subject: ~Copyable {
    private typealias Place = (name: String, memory: any PortMemory)

    private var session: Session
    private let batch: Int
    private let inputs: [Place]
    private let outputs: [Place]
    /// The names of the outputs' files; none where the one output goes to a file that the request names.
    private let outputFiles: [String]

    /// - Parameters:
    ///   - path: the path of a plan file.
    ///   - samples: the path of a file of f32 that holds at least `batch` samples, row-major, for a plan of one input and one
    ///     output; or of a folder with `ports.json`.
    static func load(plan path: String, samples: String, batch: Int, threads: Int) throws -> Subject {
        let plan = try Plan(contentsOf: path)
        if FileManager.default.fileExists(atPath: "\(samples)/ports.json") {
            return try Subject(plan, folder: samples, batch: batch, threads: threads)
        }
        return try Subject(plan, file: samples, batch: batch, threads: threads)
    }

    private init(_ plan: Plan, file: String, batch: Int, threads: Int) throws {
        guard plan.inputs.count == 1, plan.outputs.count == 1, plan.inputs[0].elementType == .f32,
            plan.outputs[0].elementType == .f32
        else { throw WorkerError("the plan needs a folder of samples: it has not one input and one output of f32") }
        inputs = try plan.inputs.map { try ($0.name, zeros(of: $0.elementType, count: $0.elements(samples: batch))) }
        outputs = try plan.outputs.map { try ($0.name, zeros(of: $0.elementType, count: $0.elements(samples: batch))) }
        outputFiles = []
        try Self.fill(inputs[0].memory, from: URL(fileURLWithPath: file))
        self.batch = batch
        session = try Session(plan, threads: threads)
    }

    private init(_ plan: Plan, folder: String, batch: Int, threads: Int) throws {
        let list = try PortList.read(folder: folder)
        inputs = try list.inputs.map { try ($0.name, $0.memory(in: plan.inputs, batch: batch)) }
        outputs = try list.outputs.map { try ($0.name, $0.memory(in: plan.outputs, batch: batch)) }
        outputFiles = list.outputs.map(\.file)
        for (entry, place) in zip(list.inputs, inputs) {
            try Self.fill(place.memory, from: URL(fileURLWithPath: folder).appendingPathComponent(entry.file))
        }
        self.batch = batch
        session = try Session(plan, threads: threads)
    }

    private static func fill(_ memory: any PortMemory, from file: URL) throws {
        let bytes = try Data(contentsOf: file)
        guard bytes.count >= memory.byteCount else {
            throw WorkerError("\(file.path) has \(bytes.count) bytes and not \(memory.byteCount)")
        }
        memory.copy(bytes)
    }

    /// Answers the samples for so long and says how long the calls took: their count, and of one call the least and the
    /// median time in nanoseconds.
    mutating func measure(milliseconds: Int) throws -> (calls: Int, minimum: Int, median: Int) {
        var bindings = try PortBindings(session.plan, batch: batch)
        for (name, memory) in inputs { try memory.bindInput(name, in: &bindings) }
        for (name, memory) in outputs { try memory.bindOutput(name, in: &bindings) }
        defer { withExtendedLifetime((inputs, outputs)) {} }
        var times: [Int] = []
        times.reserveCapacity(1 << 20)
        var start = now()
        let end = start + milliseconds * 1_000_000
        repeat {
            try session.run(bindings)
            let stop = now()
            times.append(stop - start)
            start = stop
        } while start < end && times.count < 1 << 20
        times.sort()
        return (times.count, times[0], times[times.count / 2])
    }

    /// Writes the answers of the last call: to a file, or, where the samples came from a folder, to the files of a folder.
    func writeOutputs(to path: String) throws {
        guard !outputFiles.isEmpty else {
            try outputs[0].memory.data.write(to: URL(fileURLWithPath: path))
            return
        }
        for (file, place) in zip(outputFiles, outputs) {
            try place.memory.data.write(to: URL(fileURLWithPath: path).appendingPathComponent(file))
        }
    }
}

/// Why a request can't be answered.
struct WorkerError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Nanoseconds since some moment.
private func now() -> Int {
    var time = timespec()
    _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
}
