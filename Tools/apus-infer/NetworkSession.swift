import ApusPlan
import ApusRuntime

extension Arguments {
    /// A session with the threads that are asked for.
    func session(of plan: Plan) throws(SessionError) -> Session {
        try Session(plan, threads: threads, placement: isPinned ? .pinned : .free)
    }
}

extension Network {
    /// Records the runs that follow; see `Session`.
    mutating func startRecording(eventRoom: Int, tolerance: Double) {
        session.startRecording(eventRoom: eventRoom, tolerance: tolerance)
    }

    mutating func restartRecording() { session.restartRecording() }

    func recording() -> Recording? { session.recording() }
}
