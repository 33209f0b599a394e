/// The exact search for one component: which capacities are tried, in which order, and with how much of the budget.
struct ComponentSearch {
    private let problem: SkylineProblem
    /// Bytes of one unit of the problem.
    private let unit: Int

    /// `first` and `last` are the buffers' sections.
    init(_ requests: [BufferRequest], first: [Int], last: [Int], alignment: Int) {
        unit = alignment
        problem = SkylineProblem(
            first: first, last: last, sizes: requests.map { $0.size.roundedUp(to: alignment) / alignment })
    }

    /// Replaces the packing by a better one if there is one.
    ///
    /// First the goal itself, by several strategies in turn, because which of them is lucky is hard to foresee; then, if
    /// the goal is out of reach, ever smaller capacities below the best packing until there is none.
    ///
    /// - Returns: the nodes visited.
    func improve(_ packing: inout Packing, goal: Int, nodeBudget: Int) -> Int {
        var nodes = 0
        var goalIsImpossible = false

        func attempt(_ capacity: Int, _ strategy: SkylineSearch.Strategy, _ budget: Int) -> SkylineSearch.Outcome {
            var search = SkylineSearch(problem, capacity: capacity, strategy: strategy, nodeBudget: budget)
            let outcome = search.run()
            nodes += search.nodes
            if outcome == .found {
                packing.offsets = search.offsets.map { $0 * unit }
                packing.size = search.height * unit
            }
            return outcome
        }

        let goalUnits = goal / unit
        let strategies = SkylineSearch.Strategy.allCases
        var share = max(nodeBudget / 64, 1)
        goalSearch: while nodes < nodeBudget * 3 / 4 {
            for strategy in strategies {
                switch attempt(goalUnits, strategy, min(share, nodeBudget * 3 / 4 - nodes)) {
                case .found: return nodes
                case .impossible:
                    goalIsImpossible = true
                    break goalSearch
                case .budgetExhausted: continue
                }
            }
            share *= 4
        }
        while nodes < nodeBudget {
            let capacity = (packing.size - 1) / unit
            if goalIsImpossible, capacity <= goalUnits {
                packing.isProven = true
                return nodes
            }
            switch attempt(capacity, strategies[0], nodeBudget - nodes) {
            case .found: continue
            case .impossible:
                packing.isProven = true
                return nodes
            case .budgetExhausted: return nodes
            }
        }
        return nodes
    }
}
