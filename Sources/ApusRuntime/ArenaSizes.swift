internal import ApusFiles
import ApusInstructions
public import ApusPlan

/// Bytes of the arenas of a session.
struct ArenaSizes {
    let state: Int
    /// Of all activation arenas together.
    let activations: Int
    /// Of all shards together, and from one to the next.
    let reductions: Int
    let reductionStride: Int

    /// - Parameter threads: 1 or more.
    init(_ plan: Plan, threads: Int) {
        state = plan.stateBytes
        activations =
            plan.activationBytes.roundedUp(to: MemoryArena.pageSize) * plan.activationArenas(threads: threads)
        reductionStride = plan.reductionBytes.roundedUp(to: 64)
        reductions = reductionStride * plan.shards
    }

    /// - Throws: ``SessionError/memoryLimit(bytes:limit:)`` where they take more together than the process gives a session.
    func check() throws(SessionError) {
        let bytes = state + activations + reductions
        guard bytes <= MemoryLimit.bytes else { throw .memoryLimit(bytes: bytes, limit: MemoryLimit.bytes) }
    }
}

extension Plan {
    /// Bytes of the arenas that a ``Session`` of so many threads allocates when it is made: all that it takes beside the stacks of
    /// its threads and a small table of its instructions. The constants come on top, once for all sessions.
    public func sessionBytes(threads: Int = 1) -> Int {
        let sizes = ArenaSizes(self, threads: max(1, threads))
        return [sizes.state, sizes.activations, sizes.reductions].reduce(0) {
            $0 + max($1, 1).roundedUp(to: MemoryArena.pageSize)
        }
    }

    /// Bytes of the constants, which all sessions of a plan share, and those of other processes that mapped the same file.
    public var constantBytes: Int { constants.count }
}
