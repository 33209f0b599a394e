import ApusGraph
import ApusONNX
import Glibc
import ONNXTestSupport
import ONNXSchema
import TestSupport
import Testing

/// Tensors whose elements lie in files beside the model.
@Suite struct ExternalDataTests {
    private let folder = TestFolder()

    private func model(_ entries: [String: String], shape: [Int] = [2]) -> ModelProto {
        ModelProto(
            [NodeProto("Add", ["x", "w"], ["y"])], inputs: [.tensor("x", [2, 2])],
            initializers: [TensorProto("w", shape, external: entries)])
    }

    private func data(_ name: String = "w.bin") throws -> String {
        let elements = Elements.numbers([9, 1, 2, 9])
        return try folder.write(name, elements.bytes(of: .f32))
    }

    private func refusal(_ entries: [String: String], shape: [Int] = [2]) throws -> String {
        let text = try reason(of: model(entries, shape: shape), path: folder.file("m.onnx"))
        let start = "w (initializer): "
        #expect(text.hasPrefix(start))
        return String(text.dropFirst(start.count))
    }

    @Test func aPartOfAFileIsRead() throws {
        _ = try data("parts/w.bin")
        for location in ["parts/w.bin", "./parts/w.bin"] {
            let read = try model(["location": location, "offset": "4", "length": "8"])
                .imported(path: folder.file("m.onnx"))
            #expect(read.weights == ["w": [1, 2]])
        }
        let read = try model(["location": "parts/w.bin"], shape: [2, 2]).imported(path: folder.file("m.onnx"))
        #expect(read.weights == ["w": [9, 1, 2, 9]])
    }

    @Test(arguments: [
        ["offset": "12", "length": "8"], ["offset": "-4"], ["offset": "four"], ["length": "12"],
        ["offset": "9223372036854775807"], ["length": "-1"], ["offset": "16"],
    ])
    func whatTheFileDoesNotHaveIsRefused(_ entries: [String: String]) throws {
        _ = try data()
        let text = try refusal(entries.merging(["location": "w.bin"]) { first, _ in first })
        #expect(
            text == "its 8 bytes can't be at offset \(entries["offset"] ?? "0") of 'w.bin', which has 16", "\(text)")
    }

    @Test func whatLiesOutsideOfTheFolderIsRefused() throws {
        let other = TestFolder()
        let secret = try other.write("w.bin", Elements.numbers([1, 2]).bytes(of: .f32))
        symlink(secret, folder.file("link.bin"))
        symlink(other.path, folder.file("linked"))
        let places = [
            secret, "../\(other.path.split(separator: "/").last ?? "")/w.bin", "a/../w.bin", "link.bin", "linked/w.bin",
        ]
        for place in places {
            #expect(try refusal(["location": place]) == "its data lies outside of the model's folder, in '\(place)'")
        }
    }

    @Test func filesThatAreNotThereAreNamed() throws {
        let text = try refusal(["location": "none.bin"])
        #expect(text.hasPrefix("its data can't be read: "), "\(text)")
        #expect(text.contains("none.bin"), "\(text)")
        _ = try folder.write("empty.bin", [])
        #expect(
            try refusal(["location": "empty.bin"]) == "its data should be in 'empty.bin', which is empty or no file")
    }
}
