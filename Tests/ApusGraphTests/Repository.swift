import Foundation
import TestSupport

/// The files of the repository, from where this file lies.
enum Repository {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static let modelNames = [
        "mnist-cnn", "mnist-cnn-small", "lenet5", "mlp", "resnet8", "mobilenet-v1-025", "ds-cnn", "autoencoder",
        "resnet18", "mobilenet-v2", "unet", "char-transformer", "char-lstm", "video-cnn", "mlp-regression",
    ]

    static func read(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    static func write(_ text: String, to path: String) throws {
        try text.write(to: root.appending(path: path), atomically: true, encoding: .utf8)
    }

    /// Whether the tests write the files that are made from the code, in place of comparing them:
    /// `APUS_WRITE_DOCS=1 swift test`.
    static var writesDocumentation: Bool { ProcessInfo.processInfo.environment["APUS_WRITE_DOCS"] == "1" }

    static func spec(_ model: String) throws -> String { try read("Models/\(model).graph") }
}

/// Random numbers that are the same on every run.
typealias SeededGenerator = SplitMix64
