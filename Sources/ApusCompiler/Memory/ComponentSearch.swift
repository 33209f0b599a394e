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
    /// First the goal itself, by several strategies in turn, because which of them is lucky is hard to foresee. If it is
    /// out of reach, the capacities between it and the best packing, by bisection with little effort each. What is left
    /// of the budget goes to the capacity just below the best packing, until there is a proof that it is the best.
    ///
    /// - Returns: the nodes visited.
    func improve(_ packing: inout Packing, goal: Int, nodeBudget: Int) -> Int {
        var attempts = Attempts(problem: problem, best: (packing.size + unit - 1) / unit)
        let strategies = SkylineSearch.Strategy.allCases
        let goal = goal / unit

        var share = max(nodeBudget / 64, 2 * problem.sizes.count)
        while attempts.isOpen(goal), attempts.nodes < nodeBudget / 2 {
            for strategy in strategies where attempts.isOpen(goal) {
                attempts.attempt(goal, strategy, min(share, nodeBudget / 2 - attempts.nodes))
            }
            share *= 4
        }

        share = max(nodeBudget / 64, 2 * problem.sizes.count)
        var tried = max(goal, attempts.impossible)
        while attempts.best - tried > 1, attempts.nodes < nodeBudget * 3 / 4 {
            let middle = tried + (attempts.best - tried) / 2
            for strategy in strategies where attempts.isOpen(middle) {
                attempts.attempt(middle, strategy, min(share, nodeBudget - attempts.nodes))
            }
            if attempts.best > middle { tried = middle }
        }

        // Less than the goal is not asked for.
        while attempts.best > goal, attempts.isOpen(attempts.best - 1), attempts.nodes < nodeBudget {
            attempts.attempt(attempts.best - 1, strategies[0], nodeBudget - attempts.nodes)
        }

        if let offsets = attempts.offsets {
            packing.offsets = offsets.map { $0 * unit }
            packing.size = attempts.best * unit
        }
        packing.isProven = attempts.impossible == attempts.best - 1
        return attempts.nodes
    }
}

/// What several searches of one problem have found.
private struct Attempts {
    let problem: SkylineProblem
    /// The smallest height of a packing so far, in units.
    var best: Int
    /// The largest capacity that is known to be too small.
    var impossible = -1
    /// The offsets of the best packing that a search has found.
    var offsets: [Int]?
    var nodes = 0

    init(problem: SkylineProblem, best: Int) {
        self.problem = problem
        self.best = best
    }

    /// Whether it is unknown if there is a packing within `capacity`.
    func isOpen(_ capacity: Int) -> Bool { impossible < capacity && capacity < best }

    mutating func attempt(_ capacity: Int, _ strategy: SkylineSearch.Strategy, _ nodeBudget: Int) {
        var search = SkylineSearch(problem, capacity: capacity, strategy: strategy, nodeBudget: max(0, nodeBudget))
        switch search.run() {
        case .found:
            best = search.height
            offsets = search.offsets
        case .impossible: impossible = max(impossible, capacity)
        case .budgetExhausted: break
        }
        nodes += search.nodes
    }
}
