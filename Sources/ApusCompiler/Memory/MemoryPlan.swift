/// Where each buffer of an arena lies.
///
/// Packing intervals of time into the least memory is *dynamic storage allocation*, which is NP-complete (Garey and
/// Johnson, "Computers and Intractability" (1979), problem SR2). Plans of networks are small and mostly kind, so: greedy
/// packings first, and where none of them meets the lower bound, an exact search within a budget.
package struct MemoryPlan: Sendable, Equatable {
    /// The offset of each buffer in bytes, in the order of the requests.
    package var offsets: [Int]
    /// Bytes of the arena.
    package var size: Int
    /// The largest sum of the buffers' footprints that are live at once: no plan can be smaller.
    package var lowerBound: Int
    /// Whether no plan is smaller: it meets the bound, or the search has tried everything.
    package var isOptimal: Bool
    /// Nodes of the search tree that were visited; 0 where a greedy packing met the bound.
    package var searchNodes: Int

    package init(offsets: [Int], size: Int, lowerBound: Int, isOptimal: Bool, searchNodes: Int) {
        self.offsets = offsets
        self.size = size
        self.lowerBound = lowerBound
        self.isOptimal = isOptimal
        self.searchNodes = searchNodes
    }
}

extension MemoryPlan {
    /// Nodes that a search visits by default: some milliseconds for a hundred buffers.
    package static let defaultNodeBudget = 20_000

    /// Buffers that live on one after the other, or together, up to which a search is tried: a packing takes a node for each at
    /// least, so that with more the budget ends before the search has begun.
    static let maximumSearched = 1024

    /// Packs the buffers. The same requests always give the same plan.
    ///
    /// The greedy packings take O(n log n) for n buffers where few are live together or those that are make few gaps; a node of the
    /// search takes O(n).
    /// Above ``maximumSearched`` there is none, and a plan above the bound is not called optimal. Where the buffers' alignments differ, the search
    /// works with the largest of them, and a plan above the bound is not called optimal.
    package init(
        packing requests: [BufferRequest], nodeBudget: Int = MemoryPlan.defaultNodeBudget
    ) throws(BufferRequestError) {
        try requests.check()
        let sections = Sections(requests)
        self.init(
            offsets: Array(repeating: 0, count: requests.count), size: sections.lowerBound,
            lowerBound: sections.lowerBound, isOptimal: true, searchNodes: 0)

        let alignment = requests.map(\.alignment).max() ?? 1
        let isUniform = requests.allSatisfy { $0.alignment == alignment }
        for component in sections.components {
            // `size` is what the components so far need: being below it gains nothing.
            var packed = Packing(greedy: component.map { requests[$0] }, goal: size)
            if packed.size > size, component.count <= Self.maximumSearched {
                let search = ComponentSearch(
                    component.map { requests[$0] }, first: component.map { sections.first[$0] },
                    last: component.map { sections.last[$0] }, alignment: alignment)
                searchNodes += search.improve(&packed, goal: size, nodeBudget: max(0, nodeBudget - searchNodes))
            }
            for (index, buffer) in component.enumerated() { offsets[buffer] = packed.offsets[index] }
            if packed.size > size {
                size = packed.size
                isOptimal = packed.isProven && isUniform
            }
        }
    }
}

/// A packing of one component.
struct Packing {
    var offsets: [Int]
    var size: Int
    /// Whether a search has shown that no packing is smaller.
    var isProven = false

    /// The smallest greedy packing, or the first that is not above `goal`.
    init(greedy requests: [BufferRequest], goal: Int) {
        offsets = []
        size = Int.max
        let greedy = GreedyPacking(requests: requests)
        for order in GreedyPacking.Order.allCases {
            for fit in GreedyPacking.Fit.allCases where size > goal {
                let offsets = greedy.offsets(order: order, fit: fit)
                let size = zip(offsets, requests).reduce(0) { max($0, $1.0 + $1.1.footprint) }
                if size < self.size {
                    self.offsets = offsets
                    self.size = size
                }
            }
        }
    }
}
