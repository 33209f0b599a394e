import ApusCommandLine
import ApusCompiler
import ApusFiles
package import ApusGraph
import ApusONNX
package import ApusPlan

/// What a file that was named on the command line turned out to be.
///
/// A folder stands for the best model of the training run in it.
package enum LoadedFile: Sendable {
    case spec(Graph)
    case model(Model)
    case plan(Plan)

    /// Reads a spec, a model file or a plan file: its first bytes say which. What ends in `.onnx` becomes a model.
    ///
    /// - Parameters:
    ///   - settings: for a spec or ONNX file; the other kinds have none.
    ///   - opensBatch: of an ONNX file, whether a leading 1 of its inputs is the batch.
    ///   - needsBatch: whether an ONNX file whose inputs have no batch is read with a leading 1 as the batch, where that can be done.
    ///   - outputs: of an ONNX file, the values that become the outputs in place of its own. Of other files ``Pipeline`` takes them.
    /// - Throws: ``ToolError`` where the file can't be read or is wrong, `UsageError` where it can't be read so.
    package static func load(
        _ path: String, settings: [String: Int] = [:], opensBatch: Bool = false, needsBatch: Bool = false,
        outputs: [String] = []
    ) throws -> LoadedFile {
        if isONNX(path) {
            var options = ImportOptions(opensBatch: opensBatch, sizes: settings, outputs: outputs)
            do {
                let file = try ONNXFile(contentsOf: path)
                let model = try Model(file, options: options)
                let hasBatch = model.graph.inputs.contains { model.graph[$0].type.isBatched }
                guard needsBatch, !opensBatch, !hasBatch else { return .model(model) }
                options.opensBatch = true
                return .model((try? Model(file, options: options)) ?? model)
            } catch {
                throw ToolError(error)
            }
        }
        let file = try read(path, settings: settings)
        guard !opensBatch else {
            throw UsageError("--batch-dimension is for ONNX files, and \(path) is \(file.kind); leave it out")
        }
        if case .spec = file { return file }
        guard settings.isEmpty else {
            throw UsageError("--set changes the settings of a spec, and \(path) is \(file.kind): its sizes are fixed")
        }
        return file
    }

    /// Whether the name is one of an ONNX file.
    package static func isONNX(_ path: String) -> Bool { path.lowercased().hasSuffix(".onnx") && !isFolder(path) }

    /// What it is, with its article.
    package var kind: String {
        switch self {
        case .spec: "a spec"
        case .model: "a model file"
        case .plan: "a plan"
        }
    }

    private static func read(_ path: String, settings: [String: Int]) throws(ToolError) -> LoadedFile {
        let path = try modelPath(path)
        let bytes: [UInt8]
        do { bytes = try readFile(path) } catch { throw ToolError(error) }
        do {
            return .model(try ModelFile.decode(bytes))
        } catch  where error.kind != .notAModelFile {
            throw ToolError(error, file: path)
        } catch {}
        do {
            return .plan(try PlanFile.decode(bytes))
        } catch  where error != .notAPlanFile {
            throw ToolError(error, file: path)
        } catch {}
        return .spec(try parse(bytes, path, settings))
    }

    private static func modelPath(_ path: String) throws(ToolError) -> String {
        guard isFolder(path) else { return path }
        let best = "\(path)/best.apus"
        guard fileExists(best) else {
            throw ToolError("\(path) is a folder without best.apus; name a file, or a folder that apus-train wrote")
        }
        return best
    }

    private static func parse(_ bytes: [UInt8], _ path: String, _ settings: [String: Int]) throws(ToolError) -> Graph {
        guard !bytes.contains(where: { $0 < 0x20 && !"\t\n\r".utf8.contains($0) }),
            let source = String(validating: bytes, as: UTF8.self)
        else {
            throw ToolError(
                "\(path) is no spec, model file or plan, or its start is damaged; "
                    + "give a text in the language, what apus-train, apus-export or apus-compile wrote, or an ONNX file "
                    + "with .onnx at the end of its name")
        }
        do {
            return try Graph.parse(source, file: path, settings: settings)
        } catch {
            throw ToolError("\(path) can't be used:\n\(error)")
        }
    }
}

/// A model file's or ONNX file's model, or that of the training run in a folder.
package func loadModel(
    _ path: String, settings: [String: Int] = [:], opensBatch: Bool = false, needsBatch: Bool = false
) throws -> Model {
    let file = try LoadedFile.load(path, settings: settings, opensBatch: opensBatch, needsBatch: needsBatch)
    guard case .model(let model) = file else {
        throw ToolError(
            "\(path) is \(file.kind), and a model file is needed; give what apus-train or apus-export wrote, or an ONNX file"
        )
    }
    return model
}

/// The model with every parameter a value of its graph, and the weights checked to be no more than memory can be expected to
/// hold: a spec of a few lines can ask for terabytes.
/// - Parameter file: for the errors.
package func explicitModel(_ model: Model, file: String) throws(ToolError) -> Model {
    let explicit: Model
    do { explicit = try Pipeline([ExplicitParameters()]).run(model) } catch { throw ToolError(error, file: file) }
    // Each is below 2³¹ elements, so that no sum overflows.
    let elements = explicit.graph.parameters.reduce(0) { $0 + (explicit.graph[$1.value].type.sampleElements ?? 0) }
    guard elements <= maximumWeightCount else {
        throw ToolError(
            "\(file) has \(formatCount(elements)) weights, more than the \(formatCount(maximumWeightCount)) that are "
                + "supported; make it smaller")
    }
    return explicit
}

/// A GiB of them in single precision.
private let maximumWeightCount = 1 << 28
