import ApusRuntime
import ApusSections

extension RankExchange {
    /// Checks that all ranks do the same. All of them call it.
    ///
    /// - Parameter work: what this rank is to do.
    /// - Throws: ``TrainingError/otherRank(_:)`` where another is to do something else.
    func checkAgreement(_ work: String) throws(TrainingError) {
        var sums = [UInt64](repeating: 0, count: count)
        let text = Array(work.utf8)
        sums[rank] = unsafe checksum(text.span.bytes)
        let words = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: count)
        _ = unsafe words.initialize(from: sums)
        var messages = RankMessages(ranks: count)
        for peer in 0..<count where peer != rank {
            guard let start = words.baseAddress else { continue }
            messages.sent[peer] = unsafe [.init(address: start + rank, count: 8)]
            messages.received[peer] = unsafe [.init(address: start + peer, count: 8)]
        }
        // The memory is the exchange's from here on.
        do throws(RankError) { try run(prepare(messages)) } catch { throw .session(SessionError(error)) }
        if let other = unsafe words.firstIndex(where: { unsafe $0 != words[rank] }) { throw .otherRank(other) }
    }
}
