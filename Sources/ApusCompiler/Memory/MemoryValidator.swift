/// Something that is wrong with a memory plan.
package enum MemoryViolation: Error, Equatable, CustomStringConvertible {
    case wrongCount(offsets: Int, requests: Int)
    case misaligned(buffer: Int, offset: Int, alignment: Int)
    case outside(buffer: Int, offset: Int, size: Int, arena: Int)
    case overlap(first: Int, second: Int, instruction: Int)
    case wrongBound(claimed: Int, actual: Int)
    case belowBound(size: Int, bound: Int)

    package var description: String {
        switch self {
        case .wrongCount(let offsets, let requests):
            "the plan has \(offsets) offsets for \(requests) buffers"
        case .misaligned(let buffer, let offset, let alignment):
            "buffer \(buffer) is at \(offset), which is not a multiple of \(alignment)"
        case .outside(let buffer, let offset, let size, let arena):
            "buffer \(buffer) at \(offset) with \(size) bytes is not inside the arena of \(arena) bytes"
        case .overlap(let first, let second, let instruction):
            "buffers \(first) and \(second) share bytes while both are live, from instruction \(instruction) on"
        case .wrongBound(let claimed, let actual):
            "the plan claims a lower bound of \(claimed) bytes, but it is \(actual)"
        case .belowBound(let size, let bound):
            "the plan claims \(size) bytes, below the lower bound of \(bound)"
        }
    }
}

extension MemoryPlan {
    /// What is wrong with the plan: nothing, if it is empty.
    ///
    /// This shares no code with the packer and trusts nothing it says: each pair of buffers is compared, and the bound is
    /// added up again. O(n²) for n buffers.
    package func violations(of requests: [BufferRequest]) -> [MemoryViolation] {
        guard offsets.count == requests.count else {
            return [.wrongCount(offsets: offsets.count, requests: requests.count)]
        }
        var violations: [MemoryViolation] = []
        for (buffer, request) in requests.enumerated() {
            let offset = offsets[buffer]
            if offset % request.alignment != 0 {
                violations.append(.misaligned(buffer: buffer, offset: offset, alignment: request.alignment))
            }
            if offset < 0 || request.size > size || offset > size - request.size {
                violations.append(.outside(buffer: buffer, offset: offset, size: request.size, arena: size))
            }
        }
        for second in requests.indices {
            for first in 0..<second {
                let meeting = max(requests[first].firstUse, requests[second].firstUse)
                guard meeting <= requests[first].lastUse, meeting <= requests[second].lastUse,
                    requests[first].size > 0, requests[second].size > 0
                else { continue }
                let (low, high) = offsets[first] <= offsets[second] ? (first, second) : (second, first)
                if offsets[high] - offsets[low] < requests[low].size {
                    violations.append(.overlap(first: first, second: second, instruction: meeting))
                }
            }
        }
        var bound = 0
        for moment in Set(requests.map(\.firstUse)) {
            var live = 0
            for request in requests where request.firstUse <= moment && moment <= request.lastUse {
                live += (request.size + request.alignment - 1) / request.alignment * request.alignment
            }
            bound = max(bound, live)
        }
        if lowerBound != bound { violations.append(.wrongBound(claimed: lowerBound, actual: bound)) }
        if size < bound { violations.append(.belowBound(size: size, bound: bound)) }
        return violations
    }

    /// Throws the first of the plan's violations.
    package func validate(_ requests: [BufferRequest]) throws(MemoryViolation) {
        if let violation = violations(of: requests).first { throw violation }
    }
}
