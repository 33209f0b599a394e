import ApusServing
import NIOCore

/// What belongs to one event loop: the requests that it answers, and the connections that it looks after.
///
/// A short request is answered when the loop has read everything that there was to read: so all that came in one turn of the loop
/// shares a run. Everything here happens on the loop.
final class LoopDispatcher: @unchecked Sendable {
    let loop: any EventLoop
    private let index: Int
    /// Lanes with requests whose batch will be looked at.
    private var scheduled: Set<ObjectIdentifier> = []
    private var connections: [ObjectIdentifier: HTTPConnection] = [:]

    init(_ loop: any EventLoop, index: Int) {
        self.loop = loop
        self.index = index
    }

    /// Has a request answered: here, or by the model's thread.
    func submit(_ task: InferenceTask, to model: ServedModel) {
        if let thread = model.thread { return thread.append(task) }
        let lane = model.lanes[index]
        guard lane.append(task), let due = lane.due else { return }
        if due == 0 {
            // The batch is full.
            while lane.due == 0, lane.runDue() {}
        }
        schedule(lane)
    }

    private func schedule(_ lane: InferenceLane) {
        guard let due = lane.due, scheduled.insert(ObjectIdentifier(lane)).inserted else { return }
        let time = now()
        if due <= time {
            loop.execute { self.answer(lane) }
        } else {
            loop.scheduleTask(in: .nanoseconds(Int64(due - time))) { self.answer(lane) }
        }
    }

    private func answer(_ lane: InferenceLane) {
        scheduled.remove(ObjectIdentifier(lane))
        while lane.runDue() {}
        schedule(lane)
    }

    // MARK: Connections

    func add(_ connection: HTTPConnection) { connections[ObjectIdentifier(connection)] = connection }

    func remove(_ connection: HTTPConnection) { connections[ObjectIdentifier(connection)] = nil }

    /// Closes what takes longer than it may.
    func closeLate() {
        let time = now()
        for connection in connections.values { connection.closeIfLate(at: time) }
    }

    /// Closes connections that have had no request under way for some time: on others one may just be on its way here.
    func closeIdle() {
        let time = now()
        for connection in connections.values { connection.closeIfIdle(at: time) }
    }

    /// Ends all connections, whatever they do.
    func closeAll() {
        for connection in connections.values { connection.close() }
    }

    var isEmpty: Bool { connections.isEmpty }
}
