import ApusInstructions
import ApusPlan

extension SessionError {
    package init(_ error: RankError) {
        switch error {
        case .lost(let what): self = .lostRank(what)
        }
    }
}

extension Session {
    /// Says with the step that comes what ``votes`` then has on all ranks.
    package mutating func vote(_ votes: RankVotes) { ranks?.own = votes }

    /// What any rank said with the last step; nothing where there is one.
    package var votes: RankVotes { ranks?.all ?? [] }

    /// What a step costs of the network; nil where there is one rank.
    package var traffic: RankTraffic? { ranks?.traffic }

    /// The samples of a batch that this process computes, where the plan's batches are cut into shards: all where there is one process.
    package func ownSamples(of batch: Int) -> Range<Int> {
        guard let ranks else { return 0..<batch }
        return batch * ranks.shards.lowerBound / plan.shards..<batch * ranks.shards.upperBound / plan.shards
    }

    /// Gives all ranks the averages of the parameters, as far as they lie with others. All ranks call it, between two runs.
    package mutating func gatherAverages() throws(SessionError) {
        if let ranks { try ranks.run(ranks.averages) }
    }

    /// Gives the first rank all of the state that a checkpoint has. All ranks call it, between two runs.
    package mutating func gatherState() throws(SessionError) {
        try gatherAverages()
        if let ranks { try ranks.run(ranks.checkpoint) }
    }

    /// The body of the shards of this rank, and its pieces of the epilogue, with all that goes from rank to rank.
    func runShare(_ ranks: SessionRanks, isRecorded: Bool) throws(SessionError) {
        ranks.releases.begin(isOpen: ranks.combinations.isEmpty)
        var combination = 0
        for wave in 0..<bodyWaves where !runSamples(wave: wave, isRecorded: isRecorded) {
            try ranks.run(ranks.combinations[combination])
            combination += 1
            if combination == ranks.combinations.count { ranks.releases.open() }
            runOnce(.body, wave: wave, isRecorded: isRecorded)
        }
        do throws(RankError) { try ranks.releases.finish() } catch { throw SessionError(error) }
        for (level, exchange) in ranks.levels.enumerated() {
            try ranks.run(exchange)
            for wave in ranks.starts[level]..<ranks.starts[level + 1] {
                runOnce(.epilogue, wave: wave, isRecorded: isRecorded)
            }
        }
        if let status = plan.slices.first(where: { $0.kind == .status }),
            unsafe !withState(status, { unsafe $0[0].isFinite })
        {
            ranks.own.insert(.notFinite)
        }
        try ranks.run(ranks.end)
    }
}
