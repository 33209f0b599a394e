import ApusFiles
package import ONNXSchema
import SwiftProtobuf

/// An ONNX file that was read, before its nodes become operators.
public struct ONNXFile: Sendable {
    package let message: ModelProto
    /// Where the file is.
    public let path: String
    let byteCount: Int

    /// Versions of the format and of the default operator set that are understood.
    public static let formats = 3...14
    public static let operatorSets = 7...28

    /// Reads a file and checks what it says of itself. O(bytes).
    ///
    /// - Throws: ``ONNXError`` where it can't be read, is no ONNX file, or one of a version that is not understood.
    public init(contentsOf path: String) throws(ONNXError) {
        let bytes: [UInt8]
        do throws(FileError) { bytes = try readFile(path, limit: 1 << 31) } catch {
            throw ONNXError(path: path, problem: error.problem, remedy: error.remedy)
        }
        try self.init(bytes, path: path)
    }

    /// The file that these bytes are.
    ///
    /// - Parameters:
    ///   - bytes: all of it.
    ///   - path: where the bytes are from: external data is looked for in its folder.
    /// - Throws: ``ONNXError`` where they are no ONNX file, or one of a version that is not understood.
    public init(_ bytes: [UInt8], path: String) throws(ONNXError) {
        self.path = path
        byteCount = bytes.count
        guard MemoryLimit.bytes == .max || !MessageSize.exceeds(MemoryLimit.bytes, bytes) else {
            throw ONNXError(
                path: path, problem: "takes more than \(MemoryLimit.bytes) bytes once it is read",
                remedy: MemoryLimit.remedy)
        }
        do {
            message = try ModelProto(serializedBytes: bytes)
        } catch {
            throw ONNXError(
                path: path, problem: "is no ONNX file, or a broken one", remedy: "compare it with where it came from")
        }
        try check()
    }

    private func check() throws(ONNXError) {
        guard message.hasGraph else {
            throw ONNXError(path: path, problem: "holds no graph", remedy: "compare it with where it came from")
        }
        guard Self.formats ~= Int(message.irVersion) else {
            throw ONNXError(
                path: path, problem: "is of version \(message.irVersion) of the format",
                remedy: "convert it to one from \(Self.formats.lowerBound) to \(Self.formats.upperBound)")
        }
        for entry in message.opsetImport where isDefault(entry.domain) && !(Self.operatorSets ~= Int(entry.version)) {
            throw ONNXError(
                path: path, problem: "uses version \(entry.version) of the operators",
                remedy: "convert it to one from \(Self.operatorSets.lowerBound) to \(Self.operatorSets.upperBound), as "
                    + "onnx.version_converter does")
        }
    }

    /// The texts that the file holds beside the network, by name.
    public var metadata: [String: String] {
        Dictionary(message.metadataProps.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    }
}
