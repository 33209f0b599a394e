import ApusGraph

/// Which calls of a training graph are repeated, and where, so that some values need not be kept.
struct RepeatedCalls {
    /// The calls that are repeated right before a node of the backward pass, in an order in which they can run.
    private(set) var before: [Int: [Int]] = [:]
    /// The node of the backward pass before which each call is repeated.
    private(set) var place: [Int: Int] = [:]
    private let known: RepeatableValues
    private let dropped: Set<ValueID>

    /// O(nodes).
    ///
    /// - Parameter dropped: values of ``RepeatableValues/kept`` that are not to be kept.
    init(of dropped: Set<ValueID>, _ known: RepeatableValues) {
        self.known = known
        self.dropped = dropped
        guard !dropped.isEmpty else { return }
        for number in known.graph.nodes.indices.dropFirst(known.boundary + 1) {
            for operand in known.graph.nodes[number].operands where dropped.contains(operand) {
                for call in needed(for: operand).calls {
                    place[call] = number
                    before[number, default: []].append(call)
                }
            }
        }
    }

    /// Whether what comes behind the forward pass reads the value of a repeated call in place of the original.
    func replaces(_ value: ValueID) -> Bool {
        known.isRepeatable(value) && (dropped.contains(value) || !known.isReadBackward(value))
    }

    /// The node of the backward pass that first reads the value, be it for a repeated call; nil where none does.
    func firstReader(of value: ValueID) -> Int? {
        known.index.consumers(of: value).compactMap { $0 > known.boundary ? $0 : place[$0] }.min()
    }

    /// The node that last reads the value, where it isn't replaced.
    func lastReader(of value: ValueID) -> Int {
        known.index.consumers(of: value).map { max($0, place[$0] ?? 0) }.max() ?? 0
    }

    /// The calls that have yet to be repeated to make the value another time, in an order in which they can run, and the originals that
    /// they read. O(calls).
    func needed(for value: ValueID) -> (calls: [Int], read: [ValueID]) {
        var (calls, read): ([Int], [ValueID]) = ([], [])
        var found = Set<Int>()
        // A deep graph must not need a deep stack.
        var stack = [(value: value, isReady: false)]
        while let (value, isReady) = stack.popLast() {
            guard let call = known.index.number(of: value), place[call] == nil else { continue }
            if isReady {
                calls.append(call)
                continue
            }
            guard found.insert(call).inserted else { continue }
            stack.append((value, true))
            for operand in known.graph.nodes[call].operands.reversed() {
                if replaces(operand) { stack.append((operand, false)) } else { read.append(operand) }
            }
        }
        return (calls, read)
    }
}
