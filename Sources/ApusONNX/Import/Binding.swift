import ApusGraph

/// What a name of an ONNX graph stands for.
enum Binding: Sendable {
    /// A value of the graph that is made.
    case value(ValueID)
    /// A tensor that no operator has read yet.
    case tensor(TensorSource)
    /// What comes from a node that failed, or is not made, and why; nil where the failure is on the list.
    case missing(String?)
}

/// The names that nodes can read: those of their own graph, then those around it.
struct Scope: Sendable {
    private var levels: [[String: Binding]] = [[:]]

    subscript(_ name: String) -> Binding? {
        get {
            for level in levels.reversed() {
                if let binding = level[name] { return binding }
            }
            return nil
        }
        set { levels[levels.count - 1][name] = newValue }
    }

    /// Says anew what a name stands for, in the graph that says it.
    mutating func rebind(_ name: String, to binding: Binding) {
        guard let level = levels.lastIndex(where: { $0[name] != nil }) else { return }
        levels[level][name] = binding
    }

    mutating func enter() { levels.append([:]) }
    mutating func leave() { levels.removeLast() }
}
