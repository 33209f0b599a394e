import Apus
import Foundation

/// The memory of a plan's inputs, filled with samples, and of its outputs.
struct Samples {
    private typealias Place = (name: String, memory: any PortMemory)

    private let inputs: [Place]
    private let outputs: [Place]
    /// The names of the outputs' files; none where the one output goes to a file that the request names.
    private let outputFiles: [String]

    /// - Parameters:
    ///   - path: the path of a file of f32 that holds at least `batch` samples, row-major, for a plan of one input and one
    ///     output; or of a folder with `ports.json`.
    init(_ path: String, for plan: Plan, batch: Int) throws {
        if FileManager.default.fileExists(atPath: "\(path)/ports.json") {
            try self.init(folder: path, for: plan, batch: batch)
        } else {
            try self.init(file: path, for: plan, batch: batch)
        }
    }

    private init(file: String, for plan: Plan, batch: Int) throws {
        guard plan.inputs.count == 1, plan.outputs.count == 1, plan.inputs[0].elementType == .f32,
            plan.outputs[0].elementType == .f32
        else { throw WorkerError("the plan needs a folder of samples: it has not one input and one output of f32") }
        inputs = try plan.inputs.map { try ($0.name, zeros(of: $0.elementType, count: $0.elements(samples: batch))) }
        outputs = try plan.outputs.map { try ($0.name, zeros(of: $0.elementType, count: $0.elements(samples: batch))) }
        outputFiles = []
        try Self.fill(inputs[0].memory, from: URL(fileURLWithPath: file))
    }

    private init(folder: String, for plan: Plan, batch: Int) throws {
        let list = try PortList.read(folder: folder)
        inputs = try list.inputs.map { try ($0.name, $0.memory(in: plan.inputs, batch: batch)) }
        outputs = try list.outputs.map { try ($0.name, $0.memory(in: plan.outputs, batch: batch)) }
        outputFiles = list.outputs.map(\.file)
        for (entry, place) in zip(list.inputs, inputs) {
            try Self.fill(place.memory, from: URL(fileURLWithPath: folder).appendingPathComponent(entry.file))
        }
    }

    private static func fill(_ memory: any PortMemory, from file: URL) throws {
        let bytes = try Data(contentsOf: file)
        guard bytes.count >= memory.byteCount else {
            throw WorkerError("\(file.path) has \(bytes.count) bytes and not \(memory.byteCount)")
        }
        memory.copy(bytes)
    }

    /// Has a plan read and write here. The samples must outlive the bindings' last run.
    func bind(_ bindings: inout PortBindings) throws(SessionError) {
        for (name, memory) in inputs { try memory.bindInput(name, in: &bindings) }
        for (name, memory) in outputs { try memory.bindOutput(name, in: &bindings) }
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
