import ApusFiles
import ApusServing
import ApusToolSupport

/// Reads what a source names.
@Sendable
func readServable(_ source: ModelSource) throws -> ServableFile {
    let file: LoadedFile
    do {
        file = try LoadedFile.load(source.path, needsBatch: true)
    } catch { throw RequestError(.failed, "\(error)") }
    switch file {
    case .plan(let plan): return .plan(plan)
    case .model(let model): return .model(model)
    case .spec:
        throw RequestError(
            .failed,
            "\(source.path) is a spec, which has no weights; train it with apus-train, and serve what apus-export makes of it"
        )
    }
}

/// The models in a folder: `NAME/VERSION/FILE` with one file for each version, and `NAME.apus`, `NAME.plan` and `NAME.onnx`, which are
/// version 1. What has another name is passed over.
func sources(inFolder folder: String) -> [ModelSource] {
    var sources: [ModelSource] = []
    for name in listed(folder) {
        let path = "\(folder)/\(name)"
        guard isFolder(path) else {
            if isModelFile(name), let source = ModelSource(argument: path) { sources.append(source) }
            continue
        }
        guard ModelSource.isName(name) else { continue }
        for version in listed(path) where ModelSource.isVersion(version) {
            guard let file = listed("\(path)/\(version)").first(where: isModelFile) else { continue }
            sources.append(ModelSource(name: name, version: version, path: "\(path)/\(version)/\(file)"))
        }
    }
    return sources
}

private func isModelFile(_ name: String) -> Bool {
    [".apus", ".plan", ".onnx"].contains { name.hasSuffix($0) } && !name.hasPrefix(".")
}

/// What a folder has, in order.
private func listed(_ folder: String) -> [String] { ((try? names(in: folder)) ?? []).sorted() }
