import ApusGraph
import ApusReport
import ApusToolSupport

extension Layers {
    /// The layers of a graph that was written down.
    /// - Parameter file: for the errors.
    init(_ graph: Graph, file: String) throws(ToolError) {
        self.init(graph, explicit: try explicitModel(Model(graph: graph), file: file).graph)
    }
}
