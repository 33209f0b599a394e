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
    /// When each buffer is live, counted in moments at which one begins: two that are live together have one of them in common.
    private let moments: [ClosedRange<Int>]
    /// How many neighbours are listed: with more it is quicker to ask which bytes are taken.
    private static let maximumNeighbours = 128

    /// O(n log n) for n buffers.
    init(requests: [BufferRequest]) {
        self.requests = requests
        let present = requests.indices.filter { requests[$0].size > 0 }
        let byStart = present.sorted { (requests[$0].firstUse, $0) < (requests[$1].firstUse, $1) }
        let starts = byStart.map { requests[$0].firstUse }
        let ends = present.map { requests[$0].lastUse }.sorted()
        var moments = Array(repeating: 0...0, count: requests.count)
        var isCrowded = Array(repeating: false, count: requests.count)
        for buffer in present {
            let request = requests[buffer]
            let begun = starts.partitioningIndex { $0 > request.lastUse }
            // A moment's number is that of the first buffer that begins then.
            moments[buffer] = starts.partitioningIndex { $0 >= request.firstUse }...begun - 1
            isCrowded[buffer] = begun - ends.partitioningIndex { $0 >= request.firstUse } - 1 > Self.maximumNeighbours
        }
        self.moments = moments
        neighbours = Self.neighbours(requests, byStart, isCrowded)
    }

    /// The neighbours of all buffers that are not crowded. O(n log n), as these have few.
    private static func neighbours(
        _ requests: [BufferRequest], _ byStart: [Int], _ isCrowded: [Bool]
    ) -> [[Int]?] {
        var neighbours: [[Int]?] = isCrowded.map { $0 ? nil : [] }
        let byEnd = byStart.sorted { requests[$0].lastUse < requests[$1].lastUse }
        var ended = 0
        // What is live, crowded or not: both are few when a buffer begins that is not crowded.
        var crowded = Set<Int>()
        var others = Set<Int>()
        for buffer in byStart {
            while requests[byEnd[ended]].lastUse < requests[buffer].firstUse {
                crowded.remove(byEnd[ended])
                others.remove(byEnd[ended])
                ended += 1
            }
            for other in others {
                neighbours[other]?.append(buffer)
                neighbours[buffer]?.append(other)
            }
            if isCrowded[buffer] {
                crowded.insert(buffer)
            } else {
                neighbours[buffer]? += crowded
                others.insert(buffer)
            }
        }
        return neighbours
    }

    /// The offset of each buffer. O(n log n) for n buffers where few are live together or those that are make few gaps.
    func offsets(order: Order, fit: Fit) -> [Int] {
        var offsets = Array(repeating: -1, count: requests.count)
        var space = neighbours.contains(nil) ? OccupiedSpace(moments: requests.count) : nil
        for buffer in sequence(order) {
            func bytes(of other: Int) -> Range<Int> { offsets[other]..<offsets[other] + requests[other].footprint }
            let taken: [Range<Int>]
            if let near = neighbours[buffer] {
                taken = near.filter { offsets[$0] >= 0 }.map(bytes).sorted { $0.lowerBound < $1.lowerBound }
            } else {
                taken = space?.taken(during: moments[buffer]) ?? []
            }
            offsets[buffer] = place(requests[buffer], beside: taken, fit)
            space?.take(bytes(of: buffer), during: moments[buffer])
        }
        return offsets.map { max(0, $0) }
    }

    /// The buffers in the order in which they are placed.
    func sequence(_ order: Order) -> [Int] {
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

    /// - Parameter taken: bytes that others have, in ascending order of their starts.
    private func place(_ request: BufferRequest, beside taken: [Range<Int>], _ fit: Fit) -> Int {
        var top = 0
        var best: (offset: Int, gap: Int)?
        for bytes in taken {
            let start = top.roundedUp(to: request.alignment)
            let gap = bytes.lowerBound - start
            if gap >= request.footprint, gap < best?.gap ?? Int.max {
                if fit == .lowest { return start }
                best = (start, gap)
            }
            top = max(top, bytes.upperBound)
        }
        return best?.offset ?? top.roundedUp(to: request.alignment)
    }
}

extension [Int] {
    /// The first place of an ascending array whose element satisfies `predicate`, which holds from some place on.
    func partitioningIndex(where predicate: (Int) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if predicate(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
