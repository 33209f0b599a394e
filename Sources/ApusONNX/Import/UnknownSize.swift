import ApusGraph
import ONNXSchema

/// Nodes whose results have as many elements as the numbers say that are in their inputs. No plan has room for such a result, so the
/// network must end before them.
enum UnknownSize {
    /// Operators of the default domain that have no form at all whose size is known.
    static let operators: Set<String> = ["NonMaxSuppression", "Unique"]

    /// What to say of a node, and where the network can end in its place.
    static func reason(_ node: NodeProto, _ state: ImportState) -> String {
        let computed = node.input.filter { name in
            guard case .value(let value)? = state.scope[name] else { return false }
            return state.isComputed(value)
        }
        let place = computed.isEmpty ? "before it" : "at \(enumeration(computed.map { "'\($0)'" }))"
        return
            "how many elements it gives depends on the numbers in its input, and a plan's sizes are known before it runs; "
            + "end the network \(place), by importing these values as its outputs (--until)"
    }
}

extension NodeImport {
    /// The elements of an input that say how many the result has.
    mutating func sizingTensor(_ index: Int, _ what: String) throws(NodeFailure) -> Tensor {
        if has(index), case .value(let value)? = state.scope[node.input[index]], isComputed(value) {
            throw failure(UnknownSize.reason(node, state))
        }
        return try tensor(index, what)
    }
}
