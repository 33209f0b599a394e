package import ApusGraph
import ONNXSchema
import SwiftProtobuf

extension Tensor {
    /// The tensor of a file that holds one and nothing else, as test data is published beside models.
    ///
    /// - Parameter path: where the bytes are from.
    package init(onnxTensor bytes: [UInt8], path: String) throws(ONNXError) {
        let message: TensorProto
        do { message = try TensorProto(serializedBytes: bytes) } catch {
            throw ONNXError(
                path: path, problem: "is no file with a tensor", remedy: "compare it with where it came from")
        }
        var folder = DataFolder(of: path)
        do throws(TensorError) { self = try TensorSource(message, in: &folder).tensor() } catch {
            throw ONNXError(
                path: path, problem: "holds a tensor that can't be read: \(error.reason)",
                remedy: "compare it with where it came from")
        }
    }
}
