/// What a process that shares a training run does with the others, its ranks.
///
/// What is sent is laid down once (``prepare(_:)``) and then done again in each step, so that a step allocates nothing. All ranks prepare
/// the same exchanges in the same order, and start them in the same order. A rank calls these functions from one thread at a time.
package protocol RankExchange: AnyObject {
    /// The number of this rank, from 0 on.
    var rank: Int { get }
    /// How many there are.
    var count: Int { get }

    /// Lays down what this rank sends to each of the others, and gets from them. The memory must stay as long as the exchange is used.
    ///
    /// - Returns: the exchange's number.
    func prepare(_ messages: RankMessages) throws(RankError) -> Int
    /// Begins to send and to receive. What is sent must not change, and what is received not be touched, until the wait is over.
    func start(_ exchange: Int) throws(RankError)
    /// Lets what was started go on, where the system doesn't do so by itself.
    func advance(_ exchange: Int) throws(RankError)
    /// Waits until all has arrived, and what was sent may be changed.
    ///
    /// - Throws: ``RankError`` where a rank is gone.
    func wait(for exchange: Int) throws(RankError)
}

extension RankExchange {
    package func run(_ exchange: Int) throws(RankError) {
        try start(exchange)
        try wait(for: exchange)
    }
}

/// Why ranks can't go on together.
package enum RankError: Error, Sendable, Equatable {
    /// Another rank has ended, or can't be reached any more.
    case lost(String)
}

/// Memory that goes from a rank to another, or comes from it: at most one message each way.
@safe
package struct RankMessages {
    /// Bytes that lie one after another.
    @safe
    package struct Segment {
        package let address: UnsafeMutableRawPointer
        package let count: Int

        package init(address: UnsafeMutableRawPointer, count: Int) {
            unsafe self.address = unsafe address
            self.count = count
        }
    }

    /// What goes to each rank, and comes from it: both ends name as many bytes, in the same order. Empty for no message.
    package var sent: [[Segment]]
    package var received: [[Segment]]

    package init(ranks: Int) {
        sent = Array(repeating: [], count: ranks)
        received = Array(repeating: [], count: ranks)
    }
}

extension Range<Int> {
    /// The part that a rank has where these are dealt to all in contiguous runs of nearly the same length.
    package func share(of rank: Int, among count: Int) -> Range<Int> {
        lowerBound + self.count * rank / count..<lowerBound + self.count * (rank + 1) / count
    }
}
