import ApusGraph
import ApusWeights
import Testing

/// Safetensors files: what is written comes back, others' files are read, and what is wrong is said.
@Suite struct SafetensorsTests {
    private static let file = SafetensorsFile(
        tensors: [
            StoredTensor(name: "a.weight", shape: [2, 3], weights: [1, -2, 3.5, 0, 1e-30, .infinity]),
            StoredTensor(name: "scalar", type: .f64, shape: [], weights: [0.25]),
            StoredTensor(name: "b\"ü", type: .f16, shape: [3], weights: [1, 2, 3]),
        ], metadata: ["format": "apus", "note": "a \"text\""])

    @Test func comesBackAsItWas() throws {
        let bytes = Self.file.encoded()
        let read = try SafetensorsFile(bytes)
        #expect(read.metadata == Self.file.metadata)
        // In the order in which they lie there.
        #expect(read.tensors.map(\.name) == ["scalar", "a.weight", "b\"ü"])
        for tensor in Self.file.tensors { #expect(read.tensors.contains(tensor)) }
        #expect(read.tensors[1].weights == [1, -2, 3.5, 0, 1e-30, .infinity])
        #expect(read.tensors[2].weights == [1, 2, 3])
        // The data begins at a multiple of eight bytes.
        let header = bytes[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
        #expect(header.isMultiple(of: 8) && bytes.count == 8 + header + 8 + 24 + 6)
        #expect(read.encoded() == bytes)
    }

    /// As the reference implementation writes it.
    @Test func othersFilesAreRead() throws {
        let header = #"{"__metadata__":{"format":"pt"},"w":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}   "#
        let file = try SafetensorsFile(Self.bytes(header, [0x80, 0x3F, 0x00, 0xC0]))
        #expect(file.metadata == ["format": "pt"])
        #expect(file.tensors.map(\.weights) == [[1, -2]])
        #expect(try SafetensorsFile(Self.bytes("{}", [])).tensors.isEmpty)
    }

    static let broken: [(header: String, data: Int, message: String)] = [
        ("{", 0, "its header is no JSON: line 1, column 2: a name in quotes is needed here"),
        ("[]", 0, "its header is no JSON object"),
        (
            #"{"w":{"dtype":"F4","shape":[2],"data_offsets":[0,1]}}"#, 1,
            "the elements of 'w' are F4, which is not known here"
        ),
        (#"{"w":{"dtype":"f32","shape":[],"data_offsets":[0,4]}}"#, 4, "the elements of 'w' are f32"),
        (#"{"w":{"shape":[2]}}"#, 1, "the elements of 'w' are of no type"),
        (
            #"{"w":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, 4,
            "the shape of 'w' is no list of up to 8 dimensions"
        ),
        (#"{"w":{"dtype":"F32","shape":"x","data_offsets":[0,4]}}"#, 4, "the shape of 'w' is no list"),
        (
            #"{"w":{"dtype":"F32","shape":[2147483647,2147483647,2147483647],"data_offsets":[0,4]}}"#, 4,
            "the shape of 'w', [2147483647, 2147483647, 2147483647], is too large"
        ),
        (#"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, 4, "'w' has the offsets [0, 4] for 8 bytes"),
        (#"{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, 4, "'w' has the offsets [4, 0] for 4 bytes"),
        (
            #"{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, 4,
            "the bytes of 'w', 4 to 8, overlap others, leave a gap, or lie beyond the 4 that there are"
        ),
        (
            #"{"v":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"w":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}"#,
            3,
            "the bytes of 'w', 1 to 3, overlap others"
        ),
        (#"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 4, "the bytes of 'w', 0 to 8, overlap others"),
        (#"{"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#, 3, "2 bytes at its end belong to no tensor"),
        (#"{"__metadata__":[]}"#, 0, "its metadata is no JSON object"),
        (#"{"__metadata__":{"a":1}}"#, 0, "its metadata has 'a', which is no text"),
        (
            #"{"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"w":{}}"#, 1,
            "its header is no JSON: line 1, column 54: the name"
        ),
    ]

    @Test(arguments: SafetensorsTests.broken)
    func whatIsWrongIsSaid(header: String, data: Int, message: String) {
        let bytes = Self.bytes(header, [UInt8](repeating: 0, count: data))
        let error = #expect(throws: SafetensorsError.self) { try SafetensorsFile(bytes) }
        #expect(error?.description.hasPrefix(message) ?? false, "\(error.map(String.init(describing:)) ?? "no error")")
    }

    @Test func lengthsAreNotBelieved() {
        for (bytes, message) in [
            ([1, 2, 3], "is no safetensors file: it has 3 bytes"),
            (
                [9, 0, 0, 0, 0, 0, 0, 0, 1],
                "is no safetensors file, or is cut off: its header has 9 bytes, and the file 9"
            ),
            (
                [UInt8](repeating: 255, count: 64),
                "is no safetensors file, or is cut off: its header has 18446744073709551615 bytes, and the file 64"
            ),
        ] {
            let error = #expect(throws: SafetensorsError.self) { try SafetensorsFile(bytes) }
            #expect(error?.description == "\(message); compare the file with where it came from")
        }
    }

    /// Any byte of a file may be anything: it is read or refused.
    @Test func changedFilesDoNoHarm() {
        let bytes = Self.file.encoded()
        for place in bytes.indices {
            for value: UInt8 in [0, 0x20, 0x22, 0x39, 0x7D, 255] where bytes[place] != value {
                var changed = bytes
                changed[place] = value
                if let file = try? SafetensorsFile(changed) { #expect(file.tensors.count <= 4) }
            }
            #expect(throws: SafetensorsError.self) { try SafetensorsFile(Array(bytes[..<place])) }
        }
    }

    static func bytes(_ header: String, _ data: [UInt8]) -> [UInt8] {
        let text = Array(header.utf8)
        return (0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) } + text + data
    }
}

/// Weights from elsewhere, by their names.
@Suite struct WeightTransferTests {
    @Test func takesWhatHasNameAndShape() throws {
        var editor = GraphEditor(name: "m")
        for (name, shape) in [("a", [2]), ("b", [3]), ("c", [1, 2])] {
            _ = try editor.addParameter(name, TensorType(.f32, shape: shape), initializer: .constant(0))
        }
        let model = Model(graph: editor.graph, weights: ["b": [7, 7, 7], "c": [1, 1]])
        let transfer = WeightTransfer(
            [
                StoredTensor(name: "a", type: .f16, shape: [2], weights: [0.5, 2]),
                StoredTensor(name: "c", shape: [2, 1], weights: [3, 4]),
                StoredTensor(name: "z", shape: [], weights: [1]),
                StoredTensor(name: "d", shape: [], weights: [1]),
            ], into: model)
        #expect(transfer.matched == ["a"])
        #expect(transfer.missingThere == ["b"])
        #expect(transfer.missingHere == ["d", "z"])
        #expect(transfer.mismatched == [.init(name: "c", shape: [1, 2], found: [2, 1])])
        #expect(transfer.model.weights == ["a": [0.5, 2], "b": [7, 7, 7], "c": [1, 1]])
    }
}
