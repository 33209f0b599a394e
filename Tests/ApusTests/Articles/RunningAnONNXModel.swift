import Apus
import ApusONNX

/// The plan of an ONNX file whose first dimension stands for the batch, also where the file says 1.
func compileONNX(_ path: String, sizes: [String: Int] = [:]) throws -> Plan {
    let file = try ONNXFile(contentsOf: path)
    let model = try Model(file, options: ImportOptions(opensBatch: true, sizes: sizes))
    return try Compiler.inferencePlan(model, target: Processor.preferredTarget(), batchBound: 16)
}
