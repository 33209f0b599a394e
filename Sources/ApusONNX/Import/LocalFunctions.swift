import ApusGraph
import ONNXSchema

/// The functions that a file defines for itself. A call becomes the nodes of its function.
struct LocalFunctions: Sendable {
    private let functions: [String: FunctionProto]

    init(_ functions: [FunctionProto]) {
        self.functions = Dictionary(
            functions.map { (Self.key($0.domain, $0.name, $0.overload), $0) }, uniquingKeysWith: { first, _ in first })
    }

    subscript(_ node: NodeProto) -> FunctionProto? {
        functions.isEmpty ? nil : functions[Self.key(node.domain, node.opType, node.overload)]
    }

    private static func key(_ domain: String, _ name: String, _ overload: String) -> String {
        "\(isDefault(domain) ? "" : domain)\n\(name)\n\(overload)"
    }
}

extension Importer {
    /// Takes the nodes of a function in the place of a call of it.
    mutating func inline(_ function: FunctionProto, _ node: NodeProto) throws(NodeFailure) {
        guard node.input.count <= function.input.count, node.output.count <= function.output.count else {
            throw failure(node, "has more inputs or outputs than its function")
        }
        var inner = Scope()
        for (name, given) in zip(function.input, node.input) where !given.isEmpty {
            guard let binding = state.scope[given] else {
                throw failure(node, "'\(given)' is not made before it is read")
            }
            // A parameter must be the same one inside and outside.
            let value = try materialized(binding, given, node)
            state.scope.rebind(given, to: value)
            inner[name] = value
        }
        let callerVersions = versions
        let own = Self.versions(function.opsetImport)
        versions.merge(own) { _, new in new }
        swap(&inner, &state.scope)
        defer {
            swap(&inner, &state.scope)
            versions = callerVersions
        }
        let left =
            function.input.dropFirst(node.input.count) + zip(function.input, node.input).filter(\.1.isEmpty).map(\.0)
        for inner in function.node {
            // The names of calls in calls grow with each of them.
            try spend(inner.resolvingSize(function, node), for: node)
            try take([inner.resolving(function, node, absent: Set(left))])
        }
        for (name, result) in zip(function.output, node.output) where !result.isEmpty {
            inner[result] = state.scope[name] ?? .missing("'\(name)' is not made by \(node.opType)")
        }
    }
}

extension NodeProto {
    /// About how many bytes ``resolving(_:_:absent:)`` makes and looks at.
    fileprivate func resolvingSize(_ function: FunctionProto, _ call: NodeProto) -> Int {
        let references = attribute.count { !$0.refAttrName.isEmpty }
        return 128 + 2 * (call.displayName.utf8.count + displayName.utf8.count)
            + 8 * references * (call.attribute.count + function.attributeProto.count)
    }

    /// The node of a function as one of a call: attributes that refer to the function's are the call's, or its defaults, and inputs
    /// that the call leaves out are left out.
    fileprivate func resolving(_ function: FunctionProto, _ call: NodeProto, absent: Set<String>) -> NodeProto {
        var node = self
        node.name = "\(call.displayName).\(displayName)"
        node.input = input.map { absent.contains($0) ? "" : $0 }
        node.attribute = attribute.compactMap { attribute in
            guard !attribute.refAttrName.isEmpty else { return attribute }
            func isMeant(_ other: AttributeProto) -> Bool { other.name == attribute.refAttrName }
            guard var given = call.attribute.first(where: isMeant) ?? function.attributeProto.first(where: isMeant)
            else { return nil }
            given.name = attribute.name
            return given
        }
        return node
    }
}
