import ApusGraph
import ApusText
import ONNXSchema

extension GraphProto {
    /// The graph up to these values, which are its outputs then. O(nodes).
    ///
    /// - Throws: where there is no such value.
    func cut(at names: [String], path: String) throws(ONNXError) -> GraphProto {
        var makers: [String: Int] = [:]
        for (number, node) in node.enumerated() {
            for name in node.output where !name.isEmpty { makers[name] = number }
        }
        let given = Set(input.map(\.name) + initializer.map(\.name))
        for name in names where makers[name] == nil && !given.contains(name) {
            let near = nearName(to: name, among: makers.keys.sorted()).map { "did you mean '\(printable($0))'? " } ?? ""
            throw ONNXError(
                path: path, problem: "has no value with the name '\(printable(name))'",
                remedy: near + "dump-graph shows the names of all", isUnknownName: true)
        }
        var isNeeded = [Bool](repeating: false, count: node.count)
        var waiting = names
        while let name = waiting.popLast() {
            guard let number = makers[name], !isNeeded[number] else { continue }
            isNeeded[number] = true
            waiting += node[number].namesRead
        }
        var cut = self
        cut.node = node.enumerated().filter { isNeeded[$0.offset] }.map(\.element)
        cut.output = names.map { name in .with { $0.name = name } }
        return cut
    }
}

extension NodeProto {
    /// Names of the values that the node reads, those that its branches and loops take from outside among them.
    fileprivate var namesRead: [String] {
        var names: [String] = []
        var waiting = [self]
        while let node = waiting.popLast() {
            names += node.input
            for attribute in node.attribute {
                for graph in attribute.graphs + (attribute.hasG ? [attribute.g] : []) {
                    waiting += graph.node
                    names += graph.output.map(\.name)
                }
            }
        }
        return names
    }
}
