import ApusInstructions
import ApusPlan

/// What the ranks of a run tell each other with each step.
package struct RankVotes: OptionSet, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// A gradient or a parameter is not a finite number.
    package static let notFinite = RankVotes(rawValue: 1)
    /// The run is to end here.
    package static let stop = RankVotes(rawValue: 2)
    /// It is time for a checkpoint.
    package static let checkpoint = RankVotes(rawValue: 4)
    /// It is time for an evaluation.
    package static let evaluation = RankVotes(rawValue: 8)
}

/// What a step costs of the network.
package struct RankTraffic: Sendable, Equatable {
    /// Bytes that come to this rank.
    package var received: Int
    /// Bytes of a shard's sums.
    package var sums: Int
    /// Exchanges that wait for each other, at most.
    package var rounds: Int
}

/// What a session does with the other ranks, each exchange laid down when the session is made.
@safe
final class SessionRanks: @unchecked Sendable {
    let exchange: any RankExchange
    let shards: Range<Int>
    /// What the session runs of the epilogue, and the first wave of each level.
    let epilogue: Schedule
    let starts: [Int]
    /// The exchanges before each combination, before each level, and at the end.
    let combinations: [Int]
    let levels: [Int]
    let end: Int
    /// What goes to the sums' owners while the body goes on.
    let releases: Releases
    /// What gives the averages to all, and what gives the first rank all that a checkpoint has.
    let averages: Int
    let checkpoint: Int
    /// Bytes that come to this rank with each step, and those of a shard's sums.
    let traffic: RankTraffic
    /// A word of each rank's.
    private let votes: UnsafeMutablePointer<UInt32>

    init(
        _ plan: Plan, threads: Int, _ exchange: any RankExchange, state: UnsafeMutableRawPointer,
        reductions: UnsafeMutableRawPointer
    ) throws(SessionError) {
        self.exchange = exchange
        let (rank, count) = (exchange.rank, exchange.count)
        let votes = UnsafeMutablePointer<UInt32>.allocate(capacity: count)
        unsafe votes.initialize(repeating: 0, count: count)
        unsafe self.votes = unsafe votes
        let distribution = try Distribution(plan, rank: rank, of: count)
        shards = distribution.shards
        (epilogue, starts) = distribution.epilogue(threads: threads)
        func messages(_ transfers: [Distribution.Transfer]) -> RankMessages {
            var messages = RankMessages(ranks: count)
            for transfer in transfers where !transfer.bytes.isEmpty {
                let arena = unsafe transfer.arena == .state ? state : reductions
                let segment = unsafe RankMessages.Segment(
                    address: arena + transfer.bytes.lowerBound, count: transfer.bytes.count)
                if transfer.from == rank {
                    messages.sent[transfer.to].append(segment)
                } else {
                    messages.received[transfer.from].append(segment)
                }
            }
            return messages
        }
        let step =
            distribution.combinations + distribution.arrivals + distribution.releases + [distribution.gathered]
        traffic = RankTraffic(
            received: step.joined().reduce(0) { $0 + ($1.to == rank ? $1.bytes.count : 0) } + 4 * (count - 1),
            sums: plan.reductionBytes,
            rounds: distribution.combinations.count + distribution.arrivals.count { !$0.isEmpty } + 2)
        do throws(RankError) {
            var numbers: [Int] = []
            for transfers in distribution.combinations { numbers.append(try exchange.prepare(messages(transfers))) }
            combinations = numbers
            numbers = []
            for transfers in distribution.arrivals { numbers.append(try exchange.prepare(messages(transfers))) }
            levels = numbers
            var last = messages(distribution.gathered)
            for peer in 0..<count where peer != rank {
                last.sent[peer].append(unsafe RankMessages.Segment(address: votes + rank, count: 4))
                last.received[peer].append(unsafe RankMessages.Segment(address: votes + peer, count: 4))
            }
            end = try exchange.prepare(last)
            numbers = []
            for transfers in distribution.releases { numbers.append(try exchange.prepare(messages(transfers))) }
            releases = Releases(exchange, numbers, points: distribution.points, shards: distribution.shards.count)
            let slices = plan.slices.filter { $0.kind != .gradient && $0.kind != .result }
            let isAverage = { (slice: StateSlice) in slice.kind == .average }
            averages = try exchange.prepare(
                messages(distribution.gathering(slices.filter(isAverage), to: .all(count))))
            checkpoint = try exchange.prepare(
                messages(distribution.gathering(slices.filter { !isAverage($0) }, to: RankSet([0], of: count))))
        } catch {
            throw SessionError(error)
        }
    }

    deinit { unsafe votes.deallocate() }

    /// What this rank says with the step that comes.
    var own: RankVotes {
        get { RankVotes(rawValue: unsafe votes[exchange.rank]) }
        set { unsafe votes[exchange.rank] = newValue.rawValue }
    }

    /// What any of them said with the last step.
    var all: RankVotes {
        (0..<exchange.count).reduce(into: []) { $0.formUnion(RankVotes(rawValue: unsafe votes[$1])) }
    }

    func run(_ number: Int) throws(SessionError) {
        do throws(RankError) { try exchange.run(number) } catch { throw SessionError(error) }
    }
}
