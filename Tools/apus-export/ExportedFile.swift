import ApusCommandLine
import ApusGraph
import ApusONNX
import ApusToolSupport
import ApusWeights
import ArgumentParser

/// What a model is written as.
enum FileFormat: String, ExpressibleByArgument, CaseIterable {
    case apus, onnx, safetensors

    /// The format that the end of a file's name asks for; a model file where it says nothing.
    init(path: String) {
        let name = path.lowercased()
        self = Self.allCases.first { name.hasSuffix(".\($0.rawValue)") } ?? .apus
    }

    /// Whether it holds the network for inference, and not all parameters as they are trained.
    var isFolded: Bool { self != .safetensors }
}

/// A model in the bytes of a format.
struct ExportedFile {
    let bytes: [UInt8]
    /// The version of ONNX's operators; nil for other formats.
    let operatorSet: Int?
    /// The weights that a reader of the file gets, by name.
    let weights: [String: [Float]]

    /// - Parameter file: what the model is called in errors.
    init(_ model: Model, _ format: FileFormat, _ weights: WeightType, file: String) throws(ToolError) {
        switch format {
        case .apus:
            operatorSet = nil
            do { bytes = try ModelFile.encode(model, weights: weights.inModelFile) } catch {
                throw ToolError(error, file: file)
            }
            // Read again, which makes sure that it can be.
            do { self.weights = try ModelFile.decode(bytes).weights } catch { throw ToolError(error, file: file) }
        case .onnx:
            do throws(ONNXError) {
                let export = try ONNXExport(model)
                bytes = export.bytes
                operatorSet = export.operatorSet
            } catch { throw ToolError(error) }
            self.weights = model.weights
        case .safetensors:
            operatorSet = nil
            bytes = SafetensorsFile(model, as: weights.elementType).encoded()
            do throws(SafetensorsError) {
                let tensors = try SafetensorsFile(bytes).tensors
                self.weights = Dictionary(
                    tensors.map { ($0.name, $0.weights) }, uniquingKeysWith: { first, _ in first })
            } catch { throw ToolError(error, file: file) }
        }
    }
}

/// How weights are stored.
enum WeightType: String, ExpressibleByArgument, CaseIterable {
    case f32, f16

    var inModelFile: ModelFile.WeightFormat { self == .f32 ? .f32 : .f16 }
    var elementType: ElementType { self == .f32 ? .f32 : .f16 }
}
