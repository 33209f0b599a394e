public import ApusPlan
public import ApusRuntime

/// A session for tasks: it runs on a thread of its own, so that a long run keeps none of the threads that all tasks share.
///
///     let session = try AsyncSession(plan)
///     let answers = try await session.answer(["image": pixels])
///
/// Questions are answered one after the other; a program that wants several at once makes several sessions of the plan, which
/// share its constants.
public actor AsyncSession {
    private var session: Session
    private let executor: ThreadExecutor

    public nonisolated let plan: Plan

    /// - Throws: as ``Session``'s initializer; also where there is no thread for it.
    public init(_ plan: Plan, threads: Int = 1, placement: ThreadPlacement = .free) throws(SessionError) {
        self.plan = plan
        executor = try ThreadExecutor()
        session = try Session(plan, threads: threads, placement: placement)
    }

    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    /// Answers a batch, as ``Session``'s `run` does.
    public func answer(_ inputs: [String: any PortInput]) throws(SessionError) -> [String: ShapedArray] {
        try session.run(inputs)
    }
}
