package import ApusGraph

/// Where the values of a graph become codes: what integers compute has operands of codes, and a result of codes where somebody reads
/// it as such.
///
/// Codes are made behind what makes a value, but behind its bound or rectifier where it has one, and behind the sum that a layer's result
/// is added to: the layer computes that with it, and rounds once. What only moves elements passes codes on; what joins values has
/// operands of one scale. Results that only floats read stay floats: the last layer's, for instance.
package struct Placement: Sendable {
    /// The layers that are computed with integers, by their numbers in ``FloatModel/layers``.
    package private(set) var layers: Set<Int>
    /// The values that become codes, in the order in which they are made.
    package private(set) var points: [ValueID] = []
    /// The points that have one scale: of each its number in ``points``, and the first of its kind.
    package private(set) var groups: [Int] = []
    /// The numbers of the nodes that integers compute, beside the layers and what moves elements.
    package private(set) var integerNodes: Set<Int> = []
    /// Values that are bounded or added to others before they become codes.
    private var absorbed: Set<ValueID> = []

    /// - Parameter layers: numbers of the layers that are to be computed with integers.
    package init(_ float: FloatModel, layers: Set<Int>) {
        self.layers = layers
        let graph = float.graph
        let numbers = Dictionary(uniqueKeysWithValues: float.layers.enumerated().map { ($1.node, $0) })
        let roles = graph.nodes.enumerated().map { number, node in
            let role = NodeRole(node, in: graph, isLayer: numbers[number] != nil)
            return role == .layer && !layers.contains(numbers[number] ?? -1) ? .float : role
        }
        let isAvailable = Self.available(graph, roles)
        let wanted = want(graph, roles, isAvailable)
        place(graph, roles, wanted)
    }

    /// Whether a value is the result of a layer that the sum is computed with.
    func isPart(_ value: ValueID, ofSum node: Node) -> Bool { node.operation is Add && absorbed.contains(value) }

    /// Whether integers can make each value, or it comes from outside.
    private static func available(_ graph: Graph, _ roles: [NodeRole]) -> [Bool] {
        var isAvailable = [Bool](repeating: false, count: graph.values.count)
        for input in graph.inputs { isAvailable[input.index] = graph[input].type.elementType == .f32 }
        for (node, role) in zip(graph.nodes, roles) {
            let isMade: Bool
            switch role {
            case .layer: isMade = true
            case .float: isMade = false
            case .move: isMade = node.operands.first.map { isAvailable[$0.index] } ?? false
            case .join, .arithmetic, .clamp, .table: isMade = node.operands.allSatisfy { isAvailable[$0.index] }
            }
            for result in node.results { isAvailable[result.index] = isMade }
        }
        return isAvailable
    }

    /// Which values are read as codes. Notes the nodes that integers compute.
    private mutating func want(_ graph: Graph, _ roles: [NodeRole], _ isAvailable: [Bool]) -> [Bool] {
        var isWanted = [Bool](repeating: false, count: graph.values.count)
        let producers = graph.producers()
        let readers = graph.consumers()
        let outputs = Set(graph.outputs)
        for (number, node) in graph.nodes.enumerated().reversed() {
            let isRead = node.results.contains { isWanted[$0.index] }
            switch roles[number] {
            case .layer: isWanted[node.operands[0].index] = true
            case .float: break
            case .move:
                if isRead { isWanted[node.operands[0].index] = true }
            case .join, .arithmetic, .table:
                guard isRead, isAvailable[node.results[0].index] else { continue }
                integerNodes.insert(number)
                for operand in node.operands { isWanted[operand.index] = true }
                if let part = Self.layerResult(addedBy: node, graph, roles, producers, readers) {
                    absorbed.insert(part)
                }
            case .clamp:
                guard isRead, isAvailable[node.results[0].index] else { continue }
                integerNodes.insert(number)
                let operand = node.operands[0]
                let producer = producers[operand.index].map { roles[$0] }
                let isPartOfProducer =
                    (producer == .layer || producer == .arithmetic) && readers[operand.index] == [number]
                    && !outputs.contains(operand)
                isWanted[operand.index] = true
                if isPartOfProducer { absorbed.insert(operand) }
            }
        }
        return isWanted
    }

    /// Of the operands of a sum, the result of a layer that can add the other one to it: the layer runs behind what makes that, and its
    /// result is for the sum alone.
    private static func layerResult(
        addedBy node: Node, _ graph: Graph, _ roles: [NodeRole], _ producers: [Int?], _ readers: [[Int]]
    ) -> ValueID? {
        guard node.operation is Add, node.operands.count == 2, node.operands[0] != node.operands[1] else { return nil }
        let numbers = node.operands.map { producers[$0.index] ?? -1 }
        let later = numbers[0] > numbers[1] ? 0 : 1
        let value = node.operands[later]
        guard numbers[later] >= 0, roles[numbers[later]] == .layer,
            graph.nodes[numbers[later]].operation is Convolution2D, readers[value.index].count == 1,
            !graph.outputs.contains(value)
        else { return nil }
        return value
    }

    /// Finds the points, and which of them have one scale.
    private mutating func place(_ graph: Graph, _ roles: [NodeRole], _ isWanted: [Bool]) {
        // The point whose codes a value has; of a joined value one of them.
        var sources: [ValueID: Int] = [:]
        func add(_ value: ValueID) {
            guard isWanted[value.index], !absorbed.contains(value) else { return }
            sources[value] = points.count
            groups.append(points.count)
            points.append(value)
        }
        graph.inputs.forEach(add)
        for (number, node) in graph.nodes.enumerated() {
            switch roles[number] {
            case .move:
                for result in node.results where isWanted[result.index] { sources[result] = sources[node.operands[0]] }
            case .join where integerNodes.contains(number):
                let parts = node.operands.compactMap { sources[$0] }
                guard let first = parts.first else { continue }
                for part in parts.dropFirst() { unite(first, part) }
                sources[node.results[0]] = first
            default: node.results.forEach(add)
            }
        }
        groups = groups.indices.map(root)
    }

    private func root(_ point: Int) -> Int {
        var point = point
        while groups[point] != point { point = groups[point] }
        return point
    }

    private mutating func unite(_ first: Int, _ second: Int) {
        let (first, second) = (root(first), root(second))
        groups[max(first, second)] = min(first, second)
    }
}
