import ApusData
import ApusFiles
import ApusGraph
import ApusJSON
import ApusONNX
import ApusPlan
import TestSupport

/// What reads bytes that a stranger may have sent. Each either takes them or throws an error; nothing else may come of it.
enum Reader: String, CaseIterable {
    case spec, model, plan, onnx, idx, image, array, table, json

    /// Reads the bytes, and what was read once more where it can be written.
    func read(_ bytes: [UInt8]) {
        switch self {
        case .spec:
            guard let text = String(validating: bytes, as: UTF8.self), let graph = try? Graph.parse(text) else {
                return
            }
            _ = try? Graph.parse(graph.text)
        case .model: _ = try? ModelFile.decode(bytes)
        case .plan:
            // Its checksums would turn away whatever is changed.
            guard let plan = try? PlanFile.decode(PlanFileChecksums.mended(bytes)) else { return }
            _ = try? PlanFile.decode(PlanFile.encode(plan))
        case .onnx:
            guard let file = try? ONNXFile(bytes, path: "/nowhere/fuzz.onnx") else { return }
            _ = try? Model(file, options: ImportOptions(opensBatch: bytes.count.isMultiple(of: 2)))
        case .idx: withFile(bytes) { _ = try? IDX.read($0) }
        case .image: _ = try? Image.decode(bytes, name: "fuzz")
        case .array: _ = try? NPYArray.decode(bytes, name: "fuzz")
        case .table: withFile(bytes) { _ = try? Dataset.loadTable($0, labels: ["y"]) }
        case .json:
            guard let value = try? JSONValue(parsing: bytes) else { return }
            _ = try? JSONValue(parsing: value.pretty)
        }
    }

    /// Calls `body` with a path at which the bytes are.
    private func withFile(_ bytes: [UInt8], _ body: (String) -> Void) {
        guard let path = try? Self.folder.write("bytes", bytes) else { return }
        body(path)
    }

    private static let folder = TestFolder()
}
