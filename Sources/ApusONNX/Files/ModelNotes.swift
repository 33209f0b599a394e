import ApusGraph

/// What Apus writes into a file beside the network: labels, preparation, and where the model comes from.
struct ModelNotes {
    static let prefix = "apus."
    private var metadata: [String: String]

    init(_ metadata: [String: String]) { self.metadata = metadata }

    /// The labels and fields of a model, as texts by name.
    init(_ model: Model) {
        metadata = [:]
        for (index, label) in model.labels.enumerated() { metadata["\(Self.prefix)label.\(index)"] = label }
        for field in model.preparation { metadata["\(Self.prefix)preparation.\(field.name)"] = field.value }
        for field in model.notes { metadata["\(Self.prefix)note.\(field.name)"] = field.value }
    }

    /// Name and text, sorted by name.
    var entries: [(name: String, text: String)] {
        metadata.sorted { $0.key < $1.key }.map { (name: $0.key, text: $0.value) }
    }

    func apply(to model: inout Model) {
        var labels: [String] = []
        while let label = metadata["\(Self.prefix)label.\(labels.count)"] { labels.append(label) }
        model.labels = labels
        model.preparation = fields("preparation")
        model.notes = fields("note")
    }

    private func fields(_ kind: String) -> [Model.Field] {
        let start = "\(Self.prefix)\(kind)."
        return metadata.filter { $0.key.hasPrefix(start) }.sorted { $0.key < $1.key }
            .map { Model.Field(name: String($0.key.dropFirst(start.count)), value: $0.value) }
    }
}
