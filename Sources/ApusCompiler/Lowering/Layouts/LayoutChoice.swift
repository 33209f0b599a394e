import ApusGraph

/// Which layout each value of the body is made in.
///
/// A rule says whether its results are blocked images, plain, or like its companions; a value and its companions form a group of
/// one layout. A group has the widest border that any candidate asks of its members, so that no convolution tests a border in its
/// loops.
struct LayoutChoice: Sendable {
    /// A forest: each value's parent in its group; a root is its own.
    private var parent: [Int]
    private var border: [Border]
    private var isBlocked: [Bool]
    /// Values whose producer writes plain order and nothing else.
    private var isPlainOnly: [Bool]
    /// What the borders of bytes hold.
    private var fills: [ValueID: Int] = [:]

    /// Chooses the order of the elements; borders come by ``demandBorders(of:_:)``. Almost O(nodes).
    init(_ context: LoweringContext) {
        let count = context.graph.values.count
        parent = Array(0..<count)
        border = Array(repeating: Border(), count: count)
        isBlocked = Array(repeating: false, count: count)
        isPlainOnly = Array(repeating: false, count: count)
        for input in context.graph.inputs { isPlainOnly[input.index] = true }
        for site in context.sites {
            let order = site.rule.order(site) { isPlainOnly[$0.index] }
            for result in site.results where site.isDynamic(result) {
                isBlocked[result.index] = order == .blocked
                isPlainOnly[result.index] = order == .plain
            }
        }
        for site in context.sites {
            let companions = site.rule.companions(site)
            guard !companions.isEmpty else { continue }
            let members = (companions + [site.results[0]]).filter { !isPlainOnly[$0.index] }
            for member in members.dropFirst() { unite(members[0].index, member.index) }
        }
    }

    /// Gives each value the border that the chosen candidates ask for.
    mutating func demandBorders(of candidates: [Candidate], _ unstored: UnstoredGradients) {
        for demand in unstored.demands + candidates.flatMap(\.demands) {
            border[root(demand.value.index)].widen(to: demand.border)
            if let fill = demand.fill, fills[demand.value] == nil { fills[demand.value] = fill }
        }
    }

    private func root(_ index: Int) -> Int {
        var index = index
        while parent[index] != index { index = parent[index] }
        return index
    }

    /// Joins two groups. Paths are halved on the way (Tarjan and van Leeuwen, "Worst-Case Analysis of Set Union Algorithms", 1984), so
    /// that long chains of element-wise operators stay quick to join.
    private mutating func unite(_ first: Int, _ second: Int) {
        let (first, second) = (halvingRoot(first), halvingRoot(second))
        guard first != second else { return }
        parent[second] = first
        border[first].widen(to: border[second])
        isBlocked[first] = isBlocked[first] || isBlocked[second]
    }

    private mutating func halvingRoot(_ index: Int) -> Int {
        var index = index
        while parent[index] != index {
            parent[index] = parent[parent[index]]
            index = parent[index]
        }
        return index
    }

    /// The border that the value's readers ask for.
    func border(of value: ValueID) -> Border { border[root(value.index)] }

    /// The byte that the value's first reader wants in its border; nil where no reader wants any.
    func fill(of value: ValueID) -> Int? { fills[value] }

    /// Whether the value is made as a blocked image.
    func isBlocked(_ value: ValueID) -> Bool { isBlocked[root(value.index)] && !isPlainOnly[value.index] }
}
