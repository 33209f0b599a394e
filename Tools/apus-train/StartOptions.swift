import ApusFiles
import ApusGraph
import ApusONNX
import ApusText
import ApusToolSupport
import ApusWeights
import ArgumentParser

/// Where weights come from that a network begins with.
struct StartOptions: ParsableArguments {
    @Option(
        name: .customLong("init-from"),
        help: ArgumentHelp(
            "Weights to begin with, taken by the names of the parameters: a safetensors file, an ONNX file, or a model.",
            valueName: "X.safetensors|X.onnx|X.apus"))
    var source: String?

    @Flag(
        name: .customLong("init-partially"),
        help: "Parameters of which the weights have another shape there begin as others do.")
    var isPartial = false

    func validate() throws {
        if isPartial, source == nil { throw ValidationError("--init-partially is for --init-from; give both") }
    }

    /// The model with the weights that it can take, of which a report is printed.
    ///
    /// - Parameter file: what the model is called.
    /// - Throws: ``ToolError`` where the weights can't be read, none is taken, or one has another shape.
    func applied(to model: Model, file: String) throws -> Model {
        guard let source else { return model }
        let transfer = WeightTransfer(try Self.weights(of: source), into: try explicitModel(model, file: file))
        if let mismatch = transfer.mismatched.first, !isPartial {
            let count = transfer.mismatched.count
            throw ToolError(
                "\(source): '\(printable(mismatch.name))' is \(mismatch.found) there, and \(mismatch.shape) in \(file)"
                    + (count > 1 ? " (and \(count - 1) more are of other shapes)" : "")
                    + "; give weights of this network, or leave these out with --init-partially")
        }
        guard !transfer.matched.isEmpty else {
            throw ToolError(
                "\(source) has none of the \(transfer.missingThere.count + transfer.mismatched.count) parameters of "
                    + "\(file); compare the names")
        }
        print(Self.report(transfer, source))
        return transfer.model
    }

    private static func weights(of path: String) throws -> [StoredTensor] {
        let name = path.lowercased()
        if name.hasSuffix(".safetensors") {
            do { return try SafetensorsFile(readFile(path)).tensors } catch let error as SafetensorsError {
                throw ToolError(error, file: path)
            } catch let error as FileError { throw ToolError(error) }
        }
        if name.hasSuffix(".onnx") {
            do throws(ONNXError) {
                return try ONNXFile(contentsOf: path).weights().map {
                    StoredTensor(name: $0.name, shape: $0.shape, weights: $0.elements)
                }
            } catch { throw ToolError(error) }
        }
        let model = try explicitModel(try loadModel(path), file: path)
        return model.graph.parameters.compactMap { parameter in
            let value = model.graph[parameter.value]
            return model.weights[value.name].map {
                StoredTensor(name: value.name, shape: value.type.shape ?? [], weights: $0)
            }
        }
    }

    /// How the names go together, in a few lines.
    private static func report(_ transfer: WeightTransfer, _ source: String) -> String {
        let count = transfer.matched.count + transfer.missingThere.count + transfer.mismatched.count
        var lines = ["\(transfer.matched.count) of \(count) parameters are from \(printable(source))"]
        func add(_ title: String, _ names: [String]) {
            guard !names.isEmpty else { return }
            let rest = names.count > 8 ? ", and \(names.count - 8) more" : ""
            lines.append("  \(title): \(names.prefix(8).map { printable($0) }.joined(separator: ", "))\(rest)")
        }
        add("not there", transfer.missingThere)
        add("of another shape there", transfer.mismatched.map(\.name))
        add("there, but not in the network", transfer.missingHere)
        return lines.joined(separator: "\n")
    }
}
