import ApusPlan

// What a rank does of what is distributed.
extension Distribution {
    /// The shards of this rank.
    var shards: Range<Int> { (0..<plan.shards).share(of: rank, among: count) }

    /// What this rank runs of the epilogue: all levels one after the other, and the number of each one's first wave.
    func epilogue(threads: Int) -> (schedule: Schedule, starts: [Int]) {
        var (all, starts) = (Schedule(inOrder: []), [Int]())
        for level in arrivals.indices {
            let own = pieces.filter { $0.level == level && $0.ranks.contains(rank) }
            var schedule = Schedule(own.map(\.instruction), threads: threads, lanes: plan.target.lanes)
            for wave in schedule.waves.indices {
                for piece in schedule.waves[wave].pieces.indices {
                    schedule.waves[wave].pieces[piece].source = own[schedule.waves[wave].pieces[piece].source].source
                }
            }
            starts.append(all.waves.count)
            all.waves += schedule.waves
        }
        return (all, starts + [all.waves.count])
    }

    /// What others get of slices that this rank has, and the other way round, so that `receivers` have them whole.
    func gathering(_ slices: [StateSlice], to receivers: RankSet) -> [Transfer] {
        var transfers: [Transfer] = []
        for slice in slices {
            for entry in holders.entries(in: slice.bytes) {
                guard let holder = entry.value else { continue }
                for target in receivers.members where target != holder {
                    add(Transfer(arena: .state, bytes: entry.bytes, from: holder, to: target), to: &transfers)
                }
            }
        }
        return transfers
    }
}
