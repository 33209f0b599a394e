import Glibc

/// Ranks that are threads of one process: what is sent is copied from one's memory to the other's.
@safe
package final class LocalRanks: @unchecked Sendable {
    /// How many there are.
    package let count: Int
    private let lock: UnsafeMutablePointer<pthread_mutex_t>
    private let change: UnsafeMutablePointer<pthread_cond_t>
    /// What each has prepared, how often it was started, and how often all that was to come had come: by rank and exchange.
    private var prepared: [[RankMessages]]
    private var started: [[Int]]
    private var taken: [[Int]]
    private var lostRank: Int?

    package init(count: Int) {
        self.count = count
        unsafe lock = .allocate(capacity: 1)
        unsafe change = .allocate(capacity: 1)
        unsafe pthread_mutex_init(lock, nil)
        unsafe pthread_cond_init(change, nil)
        prepared = Array(repeating: [], count: count)
        started = Array(repeating: [], count: count)
        taken = Array(repeating: [], count: count)
    }

    deinit {
        unsafe pthread_mutex_destroy(lock)
        unsafe pthread_cond_destroy(change)
        unsafe lock.deallocate()
        unsafe change.deallocate()
    }

    /// The rank of that number.
    package func rank(_ number: Int) -> any RankExchange & Sendable { LocalRank(self, number) }

    /// Has a rank be gone: what others wait for from it never comes.
    package func lose(_ rank: Int) { locked { lostRank = rank } }

    private func locked<Result>(_ body: () -> Result) -> Result {
        unsafe pthread_mutex_lock(lock)
        defer {
            unsafe pthread_cond_broadcast(change)
            unsafe pthread_mutex_unlock(lock)
        }
        return body()
    }

    fileprivate func prepare(_ messages: RankMessages, for rank: Int) -> Int {
        locked {
            prepared[rank].append(messages)
            started[rank].append(0)
            taken[rank].append(0)
            return prepared[rank].count - 1
        }
    }

    fileprivate func start(_ exchange: Int, of rank: Int) { locked { started[rank][exchange] += 1 } }

    fileprivate func wait(for exchange: Int, of rank: Int) throws(RankError) {
        unsafe pthread_mutex_lock(lock)
        defer {
            unsafe pthread_cond_broadcast(change)
            unsafe pthread_mutex_unlock(lock)
        }
        let time = started[rank][exchange]
        let own = prepared[rank][exchange]
        for peer in 0..<count where !own.received[peer].isEmpty {
            try wait { started[peer].count > exchange && started[peer][exchange] >= time }
            copy(prepared[peer][exchange].sent[rank], to: own.received[peer])
        }
        taken[rank][exchange] = time
        unsafe pthread_cond_broadcast(change)
        for peer in 0..<count where !own.sent[peer].isEmpty {
            try wait { taken[peer].count > exchange && taken[peer][exchange] >= time }
        }
    }

    private func wait(until isDone: () -> Bool) throws(RankError) {
        // Looked at first: once a rank is lost others end too, and their memory with them.
        while true {
            if let lostRank { throw .lost("rank \(lostRank) has ended") }
            if isDone() { return }
            unsafe pthread_cond_wait(change, lock)
        }
    }

    /// Copies bytes that are cut into segments in one way on the one side, and maybe in another on the other.
    private func copy(_ source: [RankMessages.Segment], to target: [RankMessages.Segment]) {
        precondition(
            source.reduce(0) { $0 + $1.count } == target.reduce(0) { $0 + $1.count },
            "both ends of a message name as many bytes")
        var (from, offset) = (0, 0)
        for segment in target {
            var done = 0
            while done < segment.count {
                let count = min(segment.count - done, source[from].count - offset)
                unsafe (segment.address + done).copyMemory(from: source[from].address + offset, byteCount: count)
                done += count
                offset += count
                if offset == source[from].count { (from, offset) = (from + 1, 0) }
            }
        }
    }
}

/// One of them.
private final class LocalRank: RankExchange, Sendable {
    private let all: LocalRanks
    let rank: Int
    var count: Int { all.count }

    init(_ all: LocalRanks, _ rank: Int) {
        self.all = all
        self.rank = rank
    }

    func prepare(_ messages: RankMessages) throws(RankError) -> Int { all.prepare(messages, for: rank) }
    func start(_ exchange: Int) throws(RankError) { all.start(exchange, of: rank) }
    func advance(_ exchange: Int) throws(RankError) {}
    func wait(for exchange: Int) throws(RankError) { try all.wait(for: exchange, of: rank) }
}

extension LocalRanks {
    /// Runs a body for each of so many ranks, each on a thread of its own.
    ///
    /// - Returns: what each gives, in their order.
    /// - Throws: what the first of them throws; the others then see that a rank is gone.
    package static func run<Result>(
        _ count: Int, _ body: (any RankExchange) throws -> Result
    ) throws -> [Result] {
        try withoutActuallyEscaping(body) { body in
            let ranks = LocalRanks(count: count)
            var results: [Swift.Result<Result, any Error>?] = Array(repeating: nil, count: count)
            var failed: (any Error)?
            var threads: [pthread_t] = []
            for number in 0..<count {
                let work = Work {
                    let result = Swift.Result { try body(ranks.rank(number)) }
                    if case .failure = result { ranks.lose(number) }
                    ranks.locked {
                        results[number] = result
                        if case .failure(let error) = result { failed = failed ?? error }
                    }
                }
                var thread = pthread_t()
                let code = unsafe pthread_create(
                    &thread, nil,
                    { context in
                        unsafe context.map { unsafe Unmanaged<Work>.fromOpaque($0).takeRetainedValue().body() }
                        return nil
                    }, Unmanaged.passRetained(work).toOpaque())
                precondition(code == 0, "the system makes no further thread")
                threads.append(thread)
            }
            for thread in threads { pthread_join(thread, nil) }
            if let failed { throw failed }
            return try results.compactMap { try $0?.get() }
        }
    }

    /// What a thread does.
    private final class Work {
        let body: () -> Void
        init(_ body: @escaping () -> Void) { self.body = body }
    }
}
