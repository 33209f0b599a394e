import ApusGraph

/// All operators of ours that ONNX has words for, by name. What is element by element and not in it goes by its formula, and what
/// stands for other operators by these.
struct ExportTable: Sendable {
    static let shared = ExportTable([
        convolutions, pools, products, attentions, recurrences, normalizations,
        activations, arithmetic, functions, comparisons, logic, conversions, losses,
        reductions, softmaxes, shapes, parts, sizes, blocks, indexing, resizing,
    ])

    private let entries: [String: ExportEntry]

    init(_ families: [[ExportEntry]]) {
        entries = Dictionary(families.joined().map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// How many operators have an entry.
    var count: Int { entries.count }

    /// The entry for a call; nil where there is none for it.
    func entry(_ operation: any Operator, _ types: [TensorType]) -> ExportEntry? {
        guard let entry = entries[operation.name] else { return nil }
        return entry.covers(operation, types) ? entry : nil
    }
}
