import ApusPlan
import ApusRuntime

extension Arguments {
    /// A session of the plan, which has no threads.
    func session(of plan: Plan) throws(SessionError) -> Session { try Session(plan) }
}
