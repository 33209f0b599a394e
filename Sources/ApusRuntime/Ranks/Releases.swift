import CPlatform

/// Sends the sums of the shards to their owners while the body goes on: each group of them as soon as all shards of this rank have passed
/// the instruction behind which it is what it will be.
///
/// Shards may be run by several threads. All of them count, and the first, which may talk to other ranks, looks.
@safe
final class Releases: @unchecked Sendable {
    private let exchange: any RankExchange
    /// The exchanges, in the order of their points.
    private let numbers: [Int]
    /// The numbers of the body's instructions.
    private let points: [Int]
    private let shards: Int
    /// Shards that have passed each point.
    private let passed: UnsafeMutablePointer<UInt32>
    /// Exchanges that were started in this step; touched by the first thread alone.
    private var started = 0
    /// Whether anything may go. What is small and waited for would wait behind what is large and isn't.
    private var isOpen = true
    private var failure: RankError?

    init(_ exchange: any RankExchange, _ numbers: [Int], points: [Int], shards: Int) {
        self.exchange = exchange
        self.numbers = numbers
        self.points = points
        self.shards = shards
        let passed = UnsafeMutablePointer<UInt32>.allocate(capacity: max(1, points.count))
        unsafe passed.initialize(repeating: 0, count: max(1, points.count))
        unsafe self.passed = unsafe passed
    }

    deinit { unsafe passed.deallocate() }

    /// Begins a step.
    ///
    /// - Parameter isOpen: whether shards exchange nothing in the midst of the body.
    func begin(isOpen: Bool) {
        self.isOpen = isOpen
        started = 0
        failure = nil
        for point in points.indices { unsafe apus_store(passed + point, 0) }
    }

    /// Says that nothing else is exchanged until the body ends.
    func open() { isOpen = true }

    /// Whether it is worth looking after the instruction before `end`: one of the points is there, or something is under way.
    func isStop(_ end: Int, worker: Int) -> Bool {
        if worker == 0 && started > 0 { return true }
        return points.contains(end - 1)
    }

    /// Notes that a shard is done with these instructions of the body. On the first thread, what may go goes.
    func note(_ instructions: Range<Int>, worker: Int) {
        for (number, point) in points.enumerated() where instructions.contains(point) {
            _ = unsafe apus_add(passed + number, 1)
        }
        if worker == 0 { advance() }
    }

    private func advance() {
        guard isOpen, failure == nil else { return }
        do throws(RankError) {
            while started < numbers.count, unsafe apus_load(passed + started) == shards {
                try exchange.start(numbers[started])
                started += 1
            }
            if started > 0 { try exchange.advance(numbers[started - 1]) }
        } catch {
            failure = error
        }
    }

    /// Sends what is left when the body is done, and waits until all has arrived.
    func finish() throws(RankError) {
        if let failure { throw failure }
        while started < numbers.count {
            try exchange.start(numbers[started])
            started += 1
        }
        for number in numbers { try exchange.wait(for: number) }
    }
}
