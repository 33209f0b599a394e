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
    /// For each buffer, those that are live with it.
    private let neighbours: [[Int32]]

    /// O(n log n) for n buffers and as many pairs that are live together.
    init(requests: [BufferRequest]) {
        self.requests = requests
        var neighbours = [[Int32]](repeating: [], count: requests.count)
        var live: [Int] = []
        let byStart = requests.indices.filter { requests[$0].size > 0 }
            .sorted { (requests[$0].firstUse, $0) < (requests[$1].firstUse, $1) }
        for buffer in byStart {
            live.removeAll { requests[$0].lastUse < requests[buffer].firstUse }
            for other in live {
                neighbours[buffer].append(Int32(other))
                neighbours[other].append(Int32(buffer))
            }
            live.append(buffer)
        }
        self.neighbours = neighbours
    }

    /// The offset of each buffer. O(n log n) for n buffers and as many pairs that are live together, O(n² log n) where all are.
    func offsets(order: Order, fit: Fit) -> [Int] {
        var offsets = Array(repeating: -1, count: requests.count)
        var placed: [Int] = []
        for buffer in sequence(order) {
            // In order of their offset: the gaps that a new one sees are read off in one sweep.
            placed.removeAll(keepingCapacity: true)
            for other in neighbours[buffer] where offsets[Int(other)] >= 0 { placed.append(Int(other)) }
            placed.sort { offsets[$0] < offsets[$1] }
            offsets[buffer] = place(buffer, among: placed, offsets, fit)
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

extension Int {
    /// The next multiple of `alignment`, a power of two.
    func roundedUp(to alignment: Int) -> Int { (self + alignment - 1) & ~(alignment - 1) }
}
