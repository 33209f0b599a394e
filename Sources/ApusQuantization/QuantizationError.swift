package import ApusCompiler
package import ApusGraph
package import ApusRuntime
package import ApusTraining

/// Why a model can't be quantized.
package enum QuantizationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A pass can't work on the model.
    case pass(PassError)
    /// A graph of the model with codes can't be made.
    case graph(GraphError)
    /// A plan that observes can't be made.
    case compile(CompileError)
    case session(SessionError)
    /// The samples don't fit the model, or can't be evaluated.
    case training(TrainingError)
    /// A parameter has no elements.
    case untrained(model: String, parameter: String)
    /// The model has codes already.
    case alreadyQuantized(model: String, value: String)
    /// An input has no batch.
    case noBatch(input: String)
    /// No layer can be computed with integers.
    case noLayers(model: String)
    /// No weights can become codes by themselves.
    case noDenseLayers(model: String)
    /// A layer that is to stay in f32 is not there.
    case unknownLayer(String, layers: [String])
    /// So few samples can't be divided.
    case tooFewSamples(Int, heldOut: Int)
    /// A value is not a finite number on a sample.
    case notFinite(value: String)

    package var description: String {
        switch self {
        case .pass(let error): error.description
        case .graph(let error): error.description
        case .compile(let error): error.description
        case .session(let error): error.description
        case .training(let error): error.description
        case .untrained(let model, let parameter):
            "\(model): the parameter '\(parameter)' has no weights; train the model first"
        case .alreadyQuantized(let model, let value):
            "\(model): '\(value)' is quantized already; give the model that it was made of"
        case .noBatch(let input):
            "'\(input)' has no batch, and samples are calibrated many at a time; let its first dimension be a symbol, or give "
                + "--batch-dimension 0 for an ONNX file"
        case .noLayers(let model):
            "\(model) has no convolution and no dense layer whose weights are known; there is nothing to quantize"
        case .noDenseLayers(let model):
            "\(model) has no dense layer whose weights are known; leave out --weights, and give --data, for codes of activations too"
        case .unknownLayer(let name, let layers):
            "there is no layer '\(name)'; the layers are \(Self.list(layers))"
        case .tooFewSamples(let count, let heldOut):
            "\(heldOut) samples can't be held out of \(count); take more samples, or hold out fewer"
        case .notFinite(let value):
            "'\(value)' is not a finite number on a calibration sample; look for what is wrong with the weights or the sample"
        }
    }

    /// The first names, for an error.
    private static func list(_ names: [String]) -> String {
        names.prefix(8).joined(separator: ", ") + (names.count > 8 ? " and \(names.count - 8) more" : "")
    }
}
