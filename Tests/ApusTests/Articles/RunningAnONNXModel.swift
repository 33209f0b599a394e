import Apus
import ApusONNX

/// The plan of an ONNX file. Where its inputs begin with a 1 that stands for the batch, `opensBatch` says so.
func compileONNX(_ path: String, opensBatch: Bool = false, sizes: [String: Int] = [:]) throws -> Plan {
    let file = try ONNXFile(contentsOf: path)
    let model = try Model(file, options: ImportOptions(opensBatch: opensBatch, sizes: sizes))
    return try Compiler.inferencePlan(model, target: Processor.preferredTarget(), batchBound: 16)
}
