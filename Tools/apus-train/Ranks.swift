import ApusCommandLine
import ApusRuntime
import ApusToolSupport
import ApusTraining
import Glibc

#if MPI
    import ApusRanks

    /// The processes that share a run, which `mpirun` has started.
    struct Ranks {
        private let all: MPIRanks

        /// Begins to talk to the others. From here on all but the first print no results, and `mpirun` may ask to end.
        static func begin() throws(ToolError) -> Ranks? {
            StopSignals.catchNext()
            do throws(RankError) {
                let ranks = Ranks(all: try MPIRanks { StopSignals.number != nil })
                if !ranks.isFirst {
                    let nowhere = unsafe open("/dev/null", O_WRONLY)
                    dup2(nowhere, STDOUT_FILENO)
                    close(nowhere)
                }
                return ranks
            } catch {
                switch error {
                case .lost(let what): throw ToolError("\(what); start it by mpirun, see docs/SCALING.md")
                }
            }
        }

        var exchange: (any RankExchange)? { all }
        var isFirst: Bool { all.rank == 0 }
        /// What the command line begins with.
        var launcher: [String] { ["mpirun", "-n", "\(all.count)"] }

        /// All ranks end together.
        func end() { all.end() }

        /// Waits, so that what all of them have to say is said by the first one alone: with it the others end. Where the first one may be
        /// gone, the second one says it too, before `mpirun` has ended them all.
        func letTheFirstSpeak(_ error: any Error) {
            guard !isFirst else { return }
            let isLost = (error as? RunLost) != nil
            usleep(isLost && all.rank == 1 ? UInt32(0.2e6 * all.killTime) : UInt32(1e6 * all.killTime))
        }
    }
#else
    /// The processes that share a run: in this build, one.
    struct Ranks {
        static func begin() throws(ToolError) -> Ranks? { nil }
        var exchange: (any RankExchange)? { nil }
        var isFirst: Bool { true }
        var launcher: [String] { [] }
        func end() {}
        func letTheFirstSpeak(_ error: any Error) {}
    }
#endif
