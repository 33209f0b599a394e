/// Packing one buffer after the other, never moving one again.
struct GreedyPacking {
    /// In which order the buffers are placed. Ties go to the lower index.
    enum Order: CaseIterable {
        case size, duration, area, time
    }

    /// Which gap a buffer gets: the lowest that is large enough, or the tightest.
    enum Fit: CaseIterable {
        case lowest, tightest
    }

    let requests: [BufferRequest]
    /// For each buffer, those that are live with it; nil where they are many.
    private let neighbours: [[Int]?]
    /// How many neighbours are listed: with more it is quicker to look through all buffers that are placed.
    private static let mostNeighbours = 128

    /// O(n log n + pairs) for n buffers and the pairs of them that are live together.
    init(requests: [BufferRequest]) {
        self.requests = requests
        var neighbours = [[Int]?](repeating: [], count: requests.count)
        func add(_ other: Int, to buffer: Int) {
            guard let count = neighbours[buffer]?.count else { return }
            if count < Self.mostNeighbours { neighbours[buffer]?.append(other) } else { neighbours[buffer] = nil }
        }
        var live: [Int] = []
        let byStart = requests.indices.filter { requests[$0].size > 0 }
            .sorted { (requests[$0].firstUse, $0) < (requests[$1].firstUse, $1) }
        for buffer in byStart {
            live.removeAll { requests[$0].lastUse < requests[buffer].firstUse }
            for other in live {
                add(other, to: buffer)
                add(buffer, to: other)
            }
            live.append(buffer)
        }
        self.neighbours = neighbours
    }

    /// The offset of each buffer. O(n log n) for n buffers where few are live together, O(n²) at most.
    func offsets(order: Order, fit: Fit) -> [Int] {
        var offsets = Array(repeating: -1, count: requests.count)
        // Placed buffers in order of their offset: the gaps that a new one sees are read off in one sweep.
        var placed: [Int] = []
        placed.reserveCapacity(requests.count)
        for buffer in sequence(order) {
            let meeting: [Int]
            if let near = neighbours[buffer] {
                meeting = near.filter { offsets[$0] >= 0 }.sorted { offsets[$0] < offsets[$1] }
            } else {
                let request = requests[buffer]
                meeting = placed.filter { requests[$0].isLive(with: request) }
            }
            let offset = place(buffer, among: meeting, offsets, fit)
            offsets[buffer] = offset
            var (low, high) = (0, placed.count)
            while low < high {
                let middle = (low + high) / 2
                if offsets[placed[middle]] > offset { high = middle } else { low = middle + 1 }
            }
            placed.insert(buffer, at: low)
        }
        return offsets.map { max(0, $0) }
    }

    private func sequence(_ order: Order) -> [Int] {
        let keys = requests.map { request in
            let duration = request.lastUse - request.firstUse + 1
            return switch order {
            case .size: Double(request.footprint)
            case .duration: Double(duration)
            case .area: Double(request.footprint) * Double(duration)
            case .time: -Double(request.firstUse)
            }
        }
        // Where the keys are equal the larger buffer goes first.
        return requests.indices.filter { requests[$0].size > 0 }.sorted {
            (-keys[$0], -requests[$0].footprint, $0) < (-keys[$1], -requests[$1].footprint, $1)
        }
    }

    private func place(_ buffer: Int, among placed: [Int], _ offsets: [Int], _ fit: Fit) -> Int {
        let request = requests[buffer]
        var top = 0
        var best: (offset: Int, gap: Int)?
        for other in placed {
            let start = top.roundedUp(to: request.alignment)
            let gap = offsets[other] - start
            if gap >= request.footprint, gap < best?.gap ?? Int.max {
                if fit == .lowest { return start }
                best = (start, gap)
            }
            top = max(top, offsets[other] + requests[other].footprint)
        }
        return best?.offset ?? top.roundedUp(to: request.alignment)
    }
}
