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

    /// The offset of each buffer. O(n²) for n buffers.
    func offsets(order: Order, fit: Fit) -> [Int] {
        var offsets = Array(repeating: 0, count: requests.count)
        // Placed buffers in order of their offset: the gaps that a new one sees are read off in one sweep.
        var placed: [Int] = []
        placed.reserveCapacity(requests.count)
        for buffer in sequence(order) {
            let offset = place(buffer, among: placed, offsets, fit)
            offsets[buffer] = offset
            placed.insert(buffer, at: placed.firstIndex { offsets[$0] > offset } ?? placed.count)
        }
        return offsets
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
        for other in placed where requests[other].isLive(with: request) {
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
