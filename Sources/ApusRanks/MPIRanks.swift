package import ApusRuntime
import CMPI
import Glibc

/// The processes that `mpirun` has started together, by MPI.
///
/// All calls are made by the thread that made it. MPI 3.1, section 3.9: an exchange is a set of persistent requests, made once.
@safe
package final class MPIRanks: RankExchange {
    package let rank: Int
    package let count: Int
    private var exchanges: [UnsafeMutablePointer<apus_mpi_exchange>] = unsafe []
    private let isInterrupted: () -> Bool
    /// Seconds from the moment in which `mpirun` asks a rank to end to that in which it kills it.
    package let killTime: Double

    /// Begins MPI.
    ///
    /// - Parameter isInterrupted: whether the process was asked to end. That is what `mpirun` does when a rank is gone.
    /// - Throws: ``RankError`` where it can't begin.
    package init(isInterrupted: @escaping () -> Bool) throws(RankError) {
        var (rank, count): (Int32, Int32) = (0, 1)
        try Self.check(unsafe apus_mpi_begin(&rank, &count), "MPI can't begin")
        self.rank = Int(rank)
        self.count = Int(count)
        self.isInterrupted = isInterrupted
        let limit = unsafe getenv("OMPI_MCA_odls_base_sigkill_timeout").flatMap { unsafe Double(String(cString: $0)) }
        killTime = max(0.1, min(limit ?? 1, 1e4))
    }

    /// Ends MPI; all ranks call it, and nothing else after it.
    package func end() { _ = apus_mpi_end() }

    package func prepare(_ messages: RankMessages) throws(RankError) -> Int {
        guard let exchange = unsafe apus_mpi_make(Int32(2 * count)) else {
            throw .lost("there is no memory for messages")
        }
        let tag = Int32(unsafe exchanges.count)
        for peer in 0..<count {
            for (segments, isSent) in [(messages.received[peer], false), (messages.sent[peer], true)] {
                let pieces = segments.flatMap(Self.pieces)
                if pieces.isEmpty { continue }
                var addresses: [UnsafeMutableRawPointer?] = unsafe []
                for piece in pieces { unsafe addresses.append(piece.address) }
                let lengths = pieces.map { Int32($0.count) }
                try Self.check(
                    unsafe apus_mpi_add(
                        exchange, isSent, addresses, lengths, Int32(pieces.count), Int32(peer), tag),
                    "a message can't be laid down")
            }
        }
        unsafe exchanges.append(exchange)
        return unsafe exchanges.count - 1
    }

    /// MPI counts with 32 bits.
    private static func pieces(_ segment: RankMessages.Segment) -> [RankMessages.Segment] {
        stride(from: 0, to: segment.count, by: 1 << 30).map { start in
            unsafe RankMessages.Segment(address: segment.address + start, count: min(1 << 30, segment.count - start))
        }
    }

    package func start(_ exchange: Int) throws(RankError) {
        try Self.check(unsafe apus_mpi_start(exchanges[exchange]), "nothing can be sent to other ranks")
    }

    package func advance(_ exchange: Int) throws(RankError) { _ = try isDone(exchange) }

    package func wait(for exchange: Int) throws(RankError) {
        let clock = ContinuousClock()
        var interrupted: ContinuousClock.Instant?
        var turns = 0
        while try !isDone(exchange) {
            turns += 1
            if turns % 256 != 0 || !isInterrupted() { continue }
            let first = interrupted ?? clock.now
            interrupted = first
            // What is still there when the time is over is killed.
            if (clock.now - first) / .seconds(1) > 0.4 * killTime {
                throw .lost("another rank doesn't answer any more")
            }
        }
    }

    private func isDone(_ exchange: Int) throws(RankError) -> Bool {
        var isDone = false
        try Self.check(unsafe apus_mpi_test(exchanges[exchange], &isDone), "another rank can't be reached any more")
        return isDone
    }

    private static func check(_ code: Int32, _ what: String) throws(RankError) {
        guard code != 0 else { return }
        var text = [CChar](repeating: 0, count: Int(apus_mpi_text_size))
        unsafe apus_mpi_describe(code, &text)
        throw .lost(
            "\(what) (\(String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)))")
    }
}
