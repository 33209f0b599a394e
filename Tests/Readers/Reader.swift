import ApusData
import ApusCheckpoint
import ApusFiles
import ApusGraph
import ApusJSON
import ApusONNX
import ApusPlan
import ApusSections
import ApusWeights

/// What reads bytes that a stranger may have sent. Each either takes them or throws an error; nothing else may come of it.
package enum Reader: String, CaseIterable, Sendable {
    case spec, model, plan, onnx, safetensors, idx, image, array, table, json, checkpoint, raw

    /// The memory limit of `--memory-limit 64M`.
    package static let memoryLimit = 64 << 20

    /// Reads the bytes, and does with what was read what the tools do first: converts it, or writes it and reads it once more.
    ///
    /// - Returns: whether there was a result, and no error.
    package func read(_ bytes: [UInt8]) -> Bool {
        do {
            switch self {
            case .spec: try readSpec(bytes)
            case .model: try readModel(bytes)
            case .plan:
                let plan = try PlanFile.decode(bytes)
                _ = try PlanFile.decode(PlanFile.encode(plan))
                _ = try? InputPreparation(fields: plan.preparation.map { .init(name: $0.name, value: $0.value) })
            case .onnx:
                let file = try ONNXFile(bytes, path: "/nowhere/fuzz.onnx")
                _ = try? file.weights()
                _ = try Model(file, options: ImportOptions(opensBatch: bytes.count.isMultiple(of: 2)))
            case .safetensors:
                let file = try SafetensorsFile(bytes)
                for tensor in file.tensors where tensor.type.isFloatingPoint { _ = tensor.weights }
                _ = try SafetensorsFile(file.encoded())
            case .idx: _ = try IDX.read(MemoryFile.holding(bytes))
            case .image: _ = try Image.decode(bytes, name: "fuzz")
            case .array:
                let array = try NPYArray.decode(bytes, name: "fuzz")
                for type in [ElementType.f32, .f64, .bf16, .i32, .bool] {
                    _ = try? array.converted(to: type, name: "fuzz")
                }
            case .table: _ = try Dataset.loadTable(MemoryFile.holding(bytes), labels: ["y"])
            case .json:
                let value = try JSONValue(parsing: bytes)
                _ = try JSONValue(parsing: value.pretty)
            case .checkpoint: _ = try CheckpointFile.decode(bytes.span.bytes)
            case .raw: try RawPieces.read(bytes)
            }
            return true
        } catch {
            // Errors are printed.
            return "\(error)".isEmpty
        }
    }

    private func readSpec(_ bytes: [UInt8]) throws {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw NoText() }
        let graph = try Graph.parse(text)
        _ = try? Graph.parse(graph.text)
    }

    private func readModel(_ bytes: [UInt8]) throws {
        let model = try ModelFile.decode(bytes)
        _ = try? InputPreparation(fields: model.preparation)
        _ = try? ModelFile.decode(ModelFile.encode(model, weights: .f16))
    }
}

/// That the bytes of a spec are no UTF-8.
private struct NoText: Error {}
