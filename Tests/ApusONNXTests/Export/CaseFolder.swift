import ApusFiles
import ApusGraph
import Glibc
import ONNXSchema
import SwiftProtobuf

@testable import ApusONNX

/// The folder that `APUS_ONNX_CASES` names, where exports go with inputs and answers, for `onnx_export_check.py`.
///
/// Each has a folder of its own, as the node tests of the onnx package have.
enum CaseFolder {
    static let path: String? = getenv("APUS_ONNX_CASES").map { String(cString: $0) }

    static func write(_ name: String, _ export: ONNXExport, _ inputs: [(String, Tensor)], _ answers: [(String, Tensor)])
        throws
    {
        guard let path else { return }
        let folder = "\(path)/\(name)"
        mkdir(path, 0o755)
        mkdir(folder, 0o755)
        try writeFile(export.bytes, to: "\(folder)/model.onnx")
        for (kind, tensors) in [("input", inputs), ("output", answers)] {
            for (number, (name, tensor)) in tensors.enumerated() {
                let message = TensorProto(tensor, named: name)
                try writeFile(message.serializedBytes(), to: "\(folder)/\(kind)_\(number).pb")
            }
        }
    }
}
