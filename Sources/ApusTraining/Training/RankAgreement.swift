package import ApusRuntime
import ApusSections

extension RankExchange {
    /// Checks that all ranks do the same. All of them call it.
    ///
    /// - Parameter work: what this rank is to do.
    /// - Throws: ``TrainingError/otherRank(_:)`` where another is to do something else.
    func checkAgreement(_ work: String) throws(TrainingError) {
        let text = Array(work.utf8)
        var sums = [UInt64](repeating: 0, count: count)
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
        try runOnce(messages)
        if let other = unsafe words.firstIndex(where: { unsafe $0 != words[rank] }) { throw .otherRank(other) }
    }

    /// The first rank's bytes, on all ranks. All of them call it, and what the others give is not looked at.
    package func broadcast(_ bytes: [UInt8]) throws(TrainingError) -> [UInt8] {
        // Those who get them must know first how many there are.
        let size = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: 1)
        unsafe size.initialize(repeating: UInt64(bytes.count))
        try unsafe sendFromFirst(UnsafeMutableRawBufferPointer(size))
        let count = unsafe Int(size[0])
        let room = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(1, count))
        unsafe room.initialize(repeating: 0)
        if rank == 0 { _ = unsafe room.update(from: bytes) }
        if count > 0 {
            try unsafe sendFromFirst(
                UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(room)[..<count]))
        }
        return unsafe Array(room[..<count])
    }

    private func sendFromFirst(_ bytes: UnsafeMutableRawBufferPointer) throws(TrainingError) {
        guard let start = bytes.baseAddress else { return }
        let segment = unsafe RankMessages.Segment(address: start, count: bytes.count)
        var messages = RankMessages(ranks: count)
        if rank == 0 {
            for peer in 1..<max(1, count) { messages.sent[peer] = [segment] }
        } else {
            messages.received[0] = [segment]
        }
        try runOnce(messages)
    }

    private func runOnce(_ messages: RankMessages) throws(TrainingError) {
        do throws(RankError) { try run(prepare(messages)) } catch { throw .session(SessionError(error)) }
    }
}
