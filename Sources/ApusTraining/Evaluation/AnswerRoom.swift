import ApusRuntime

/// Room for a batch of answers of each rank, one rank's behind the other's.
@safe
struct AnswerRoom: ~Copyable {
    /// Numbers of an answer.
    private let size: Int
    private let batch: Int
    private let elements: UnsafeMutableBufferPointer<Float>
    /// A word of each rank: 1 where it wants to stop.
    private let words: UnsafeMutableBufferPointer<UInt32>
    private let others: (any RankExchange)?
    private let number: Int

    /// How many ranks there are, and this one's number.
    var ranks: Int { others?.count ?? 1 }
    var rank: Int { others?.rank ?? 0 }

    init(batch: Int, size: Int, ranks: (any RankExchange)?) throws(TrainingError) {
        self.size = size
        self.batch = batch
        others = ranks
        let (count, rank) = (ranks?.count ?? 1, ranks?.rank ?? 0)
        let elements = UnsafeMutableBufferPointer<Float>.allocate(capacity: max(1, batch * size * count))
        unsafe elements.initialize(repeating: 0)
        unsafe self.elements = unsafe elements
        let words = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: count)
        unsafe words.initialize(repeating: 0)
        unsafe self.words = unsafe words
        func segments(_ rank: Int) -> [RankMessages.Segment] {
            guard let answers = elements.baseAddress, let word = words.baseAddress else { return [] }
            return unsafe [
                .init(address: answers + rank * batch * size, count: batch * size * 4),
                .init(address: word + rank, count: 4),
            ]
        }
        var messages = RankMessages(ranks: count)
        for peer in 0..<count where peer != rank {
            messages.sent[peer] = segments(rank)
            messages.received[peer] = segments(peer)
        }
        do throws(RankError) { number = try ranks?.prepare(messages) ?? 0 } catch {
            throw .session(SessionError(error))
        }
    }

    deinit {
        unsafe elements.deallocate()
        unsafe words.deallocate()
    }

    /// Where this rank's answers are written.
    var own: UnsafeMutableRawPointer {
        unsafe UnsafeMutableRawPointer(elements.baseAddress.unsafelyUnwrapped + rank * batch * size)
    }

    /// Gives all ranks all answers.
    func exchange(wantsStop: Bool) throws(SessionError) {
        unsafe words[rank] = wantsStop ? 1 : 0
        do throws(RankError) { try others?.run(number) } catch { throw SessionError(error) }
    }

    /// Whether any rank wanted to stop at the last exchange.
    var isStopWanted: Bool { unsafe words.contains(1) }

    /// The first answers, of all ranks, one behind the other.
    func taken(_ count: Int) -> [Float] { unsafe Array(elements[..<(count * size)]) }
}
