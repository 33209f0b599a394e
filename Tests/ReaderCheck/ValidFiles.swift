import ApusCheckpoint
import ApusData
import ApusFiles
import ApusGraph
import ApusWeights
import Readers
import TestSupport

/// Files that a reader must take: those of the corpora and fixtures, and some of each kind that a reader tells apart.
enum ValidFiles {
    private static let tests = "/" + #filePath.split(separator: "/").dropLast(2).joined(separator: "/")

    static func files(for reader: Reader) throws -> [[UInt8]] {
        let corpus = "\(tests)/Fuzz/Corpora/\(reader.rawValue)"
        // Some of it is there to be refused.
        var files = try TestFolder.names(in: corpus).sorted().map { try readFile("\(corpus)/\($0)") }.filter(
            reader.read)
        switch reader {
        case .spec:
            for name in ["mnist-cnn-small", "char-lstm", "autoencoder"] {
                files.append(try readFile("\(tests)/../Models/\(name).graph"))
            }
        case .model: files += try fixtures("apus")
        case .plan: files += try fixtures("plan")
        case .checkpoint: files += try fixtures("checkpoint") + [checkpoint]
        case .safetensors: files.append(safetensors.encoded())
        case .idx: files += [idx([2, 3, 4]), idx([5]), StoredGzip.file(idx([3, 2, 2])), StoredGzip.file(idx([9]))]
        case .image: files += netpbm + StoredPNG.files
        case .array: files += arrays
        case .table: files += tables.map { Array($0.utf8) }
        case .json: files += texts.map { Array($0.utf8) }
        case .raw: files += [[0, 0, 0], [1, 2, 3] + bytes(40), [63, 7, 255] + bytes(1024)]
        case .onnx: break
        }
        return files
    }

    /// The files of all versions of a format.
    private static func fixtures(_ format: String) throws -> [[UInt8]] {
        try Fixture.names(format).flatMap { version in
            try Fixture.names("\(format)/\(version)").map { try Fixture.bytes("\(format)/\(version)/\($0)") }
        }
    }

    private static func bytes(_ count: Int) -> [UInt8] {
        var random = SplitMix64(seed: count)
        return (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
    }

    private static var checkpoint: [UInt8] {
        var progress = StoredProgress()
        progress.epoch = 3
        progress.end = "interrupted"
        let state: [String: [Float]] = ["parameter/a": [1, 2, 3], "parameter/b": [], "firstMoment/a": [0.5, -1, 2]]
        return CheckpointFile.file(of: StoredCheckpoint(recipe: "seed 1", progress: progress, state: state)).encoded()
    }

    private static var safetensors: SafetensorsFile {
        let types: [ElementType] = [.f32, .f16, .bf16]
        return SafetensorsFile(
            tensors: types.map {
                StoredTensor(name: "w.\($0.rawValue)", type: $0, shape: [2, 2], weights: [1, 2, -3, 0])
            },
            metadata: ["format": "apus"])
    }

    private static func idx(_ shape: [Int]) -> [UInt8] {
        [0, 0, 8, UInt8(shape.count)] + shape.flatMap { [0, 0, 0, UInt8($0)] } + bytes(shape.reduce(1, *))
    }

    private static var netpbm: [[UInt8]] {
        [
            Array("P2\n# a comment\n3 2\n255\n0 1 2\n253 254 255\n".utf8), Array("P3 1 2 7 1 2 3 4 5 6 ".utf8),
            Array("P5 4 3 255\n".utf8) + bytes(12), Array("P6\n2 2\n65535\n".utf8) + bytes(24),
        ]
    }

    private static var arrays: [[UInt8]] {
        ElementType.allCases.flatMap { type -> [[UInt8]] in
            let shapes = [[], [3], [2, 3, 1]]
            return shapes.map { shape in
                let count = shape.reduce(1, *) * type.size
                let array = NPYArray(
                    type: type, shape: shape, bytes: type == .bool ? bytes(count).map { $0 & 1 } : bytes(count))
                return array.encoded(order: shape.count == 3 ? .fortran : .c)
            }
        }
    }

    private static let tables = [
        "a,b,y\n1,2,cat\n-3.5,4e2,dog\n0.1,.5,cat\n", "y,\"x, first\"\r\n1,2\r\n\r\n0,\"3\"\r\n",
        "\u{FEFF}a,y\n1.25,0.5\n12345678901234567890,1\n",
    ]

    private static let texts = [
        "{\"a\": [1, -2.5e3, true, null, \"\\u00e9\\ud83d\\ude00\"], \"b\": {\"c\": {}}}", "[[[[0]]], 1e-7, \"\"]",
        "-9223372036854775808",
    ]
}
