/// All operators of ONNX that are known, by domain and name.
struct OperatorTable: Sendable {
    static let shared = OperatorTable(
        [
            arithmetic, extrema, functions, comparisons, logic, activations, softmaxes,
            reductions, arguments, cumulations,
            reshapes, joints, cuts, margins, blocks, constants, ranges, conversions, passages,
            gathers, scatters, selections, sequences,
            quantization, quantizedProducts, quantizedConvolutions, quantizedLayers,
            losses, windows, fourier, determinants, randomNumbers,
            products, convolutions, pools, normalizations, resizing, recurrentLayers, attentions,
            linearAttention, causalConvolutions,
            microsoftLayers, microsoftNormalizations, microsoftAttentions,
            treeOperators, linearOperators, supportVectorOperators, featureOperators,
        ].flatMap(\.self))

    /// The entries of each operator, the newest first.
    private let entries: [String: [OperatorEntry]]

    init(_ all: [OperatorEntry]) {
        entries = Dictionary(grouping: all) { Self.key($0.name, $0.domain.rawValue) }
            .mapValues { $0.sorted { $0.since > $1.since } }
    }

    /// How many operators there are, whatever their versions.
    var count: Int { entries.count }

    /// The operators, sorted by domain and name.
    var operators: [KnownOperator] {
        entries.values.compactMap(\.first).map { KnownOperator(domain: $0.domain.rawValue, name: $0.name) }
            .sorted { ($0.domain, $0.name) < ($1.domain, $1.name) }
    }

    /// The entry for an operator in a version of its domain's operator set.
    func entry(_ name: String, domain: String, version: Int) -> OperatorEntry? {
        entries[Self.key(name, domain)]?.first { $0.since <= version }
    }

    private static func key(_ name: String, _ domain: String) -> String {
        isDefault(domain) ? name : "\(domain).\(name)"
    }
}

/// An operator that imports know, in at least one version.
package struct KnownOperator: Sendable {
    /// Empty for ONNX's own.
    package let domain: String
    package let name: String

    package static var all: [KnownOperator] { OperatorTable.shared.operators }
}
