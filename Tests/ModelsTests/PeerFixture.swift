import ApusData
import Foundation

/// The inputs of the comparison with an independent framework, and its answers.
///
/// `Bench/peers/make_fixture.py` states the formula, computes the same inputs, and gives them to PyTorch; the answers
/// are the files in `Fixtures`, one folder for each model. All numbers of the formula are exact in f32.
enum PeerFixture {
    /// The images in the batch.
    static let batch = 8

    /// The elements of a parameter, in row-major order: `[filters, channels, rows, columns]` for a convolution,
    /// `[units, inputs]` for a dense layer, `[filters]` or `[units]` for a bias.
    static func weights(shape: [Int], name: String) -> [Float] {
        let count = shape.reduce(1, *)
        let unit = shape.count == 1 ? 0.125 : scale(inputs: count / shape[0])
        return words(name, count: count).map { word in
            Float(2 * Int(word >> 20) - 4095) / 4096 * unit
        }
    }

    /// Pixels between 0 and 1, `[batch, 1, 28, 28]`.
    static func images(batch: Int = batch) -> [Float] {
        words("image", count: batch * 28 * 28).map { word in
            Float(2 * Int(word >> 20) + 1) / 8192
        }
    }

    /// The class of each image, of ten.
    static func labels(batch: Int = batch) -> [Int] {
        words("label", count: batch).map { Int($0 % 10) }
    }

    /// The models that there are answers for.
    static let models = ["mnist-cnn", "mnist-cnn-small", "lenet5", "mlp"]

    /// The spec of a model.
    static func spec(_ model: String) throws -> String {
        let root = folder.deletingLastPathComponent().deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: "Models/\(model).graph"), encoding: .utf8)
    }

    /// What the other framework computed for a model: `logits`, `probabilities`, `loss`, or a parameter's name with
    /// `.gradient`.
    static func answer(_ model: String, _ value: String) throws -> [Float] {
        try NPY<Float>.read(folder.appending(path: "Fixtures/\(model)/\(value).npy").path).elements
    }

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()

    /// The power of two nearest to √(6 / inputs), the bound of the uniform initialization of He et al., "Delving Deep
    /// into Rectifiers", 2015, section 2.2.
    private static func scale(inputs: Int) -> Float {
        var scale: Float = 1
        while scale * scale * Float(inputs) > 12 { scale /= 2 }
        return scale
    }

    /// The first words of the stream with this name: MurmurHash3's finalizer over a Weyl sequence that starts at the
    /// FNV-1a hash of the name.
    private static func words(_ name: String, count: Int) -> [UInt32] {
        var seed: UInt32 = 2_166_136_261
        for byte in name.utf8 { seed = (seed ^ UInt32(byte)) &* 16_777_619 }
        return (0..<UInt32(count)).map { index in
            var word = seed &+ index &* 0x9E37_79B9
            word ^= word >> 16
            word &*= 0x85EB_CA6B
            word ^= word >> 13
            word &*= 0xC2B2_AE35
            word ^= word >> 16
            return word
        }
    }
}
