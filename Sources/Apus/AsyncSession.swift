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

    /// What is run. It holds the constants, which the sessions of a plan have in common.
    public nonisolated let plan: Plan

    /// Makes a session and the thread that it runs on.
    ///
    /// - Parameters:
    ///   - plan: what is run.
    ///   - threads: how many threads work on a batch, the session's own among them. The result doesn't depend on it.
    ///   - placement: whether each of them has a processor of its own.
    /// - Throws: as the initializer of ``Session``; also where there is no thread for it.
    public init(_ plan: Plan, threads: Int = 1, placement: ThreadPlacement = .free) throws(SessionError) {
        self.plan = plan
        executor = try ThreadExecutor()
        session = try Session(plan, threads: threads, placement: placement)
    }

    /// The session's thread.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    /// Answers a batch, once those that were asked before are answered: takes a value for each input by its name, and gives the
    /// outputs by theirs, as ``Session/run(_:)-([String:PortInput])`` does.
    ///
    /// - Throws: ``SessionError`` where an input is missing or unknown, of another type, or not of whole samples, as many for
    ///   all inputs.
    public func answer(_ inputs: [String: any PortInput]) throws(SessionError) -> [String: ShapedArray] {
        try session.run(inputs)
    }
}
