import ApusGraph

/// How the calls of one operator of ours become nodes of ONNX.
struct ExportEntry: Sendable {
    typealias Build = @Sendable (any Operator, inout NodeExport) throws(NodeFailure) -> Void
    typealias Covers = @Sendable (any Operator, [TensorType]) -> Bool

    /// The operator's name in the language.
    let name: String
    /// The version of ONNX's operators from which on its nodes are there.
    let since: Int
    /// Whether a call can be said so; a composite operator is expanded into what it stands for where it can't.
    let covers: Covers
    let build: Build

    /// - Parameters:
    ///   - covers: whether a call with operands of these types can be said; every one where it is left out.
    ///   - build: emits the nodes of a call and finishes its results.
    static func of<Kind: Operator>(
        _ kind: Kind.Type, since: Int = ExportState.baseVersion,
        covers: @escaping @Sendable (Kind, [TensorType]) -> Bool = { _, _ in true },
        _ build: @escaping @Sendable (Kind, inout NodeExport) throws(NodeFailure) -> Void
    ) -> ExportEntry {
        ExportEntry(
            name: Kind.name, since: since,
            covers: { operation, types in (operation as? Kind).map { covers($0, types) } ?? false },
            build: { operation, node throws(NodeFailure) in
                guard let operation = operation as? Kind else { throw node.failure("is not the operator of its name") }
                try build(operation, &node)
            })
    }

    /// The entry of an operator that is one node of ONNX with the same operands and results, and no attributes.
    static func plain<Kind: Operator>(
        _ kind: Kind.Type, _ type: String, since: Int = ExportState.baseVersion,
        covers: @escaping @Sendable (Kind, [TensorType]) -> Bool = { _, _ in true }
    ) -> ExportEntry {
        of(kind, since: since, covers: covers) { _, node throws(NodeFailure) in node.finish(type, node.operands()) }
    }
}
