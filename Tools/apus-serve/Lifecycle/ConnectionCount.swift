import Synchronization

/// How many connections are open, of those that may be.
final class ConnectionCount: Sendable {
    private let limit: Int
    private let open = Atomic(0)

    init(limit: Int) { self.limit = limit }

    var count: Int { open.load(ordering: .relaxed) }

    /// Takes a place for a connection, or none where there is none left.
    func begin() -> Bool {
        guard open.wrappingAdd(1, ordering: .relaxed).newValue <= limit else {
            end()
            return false
        }
        return true
    }

    /// Gives a place back.
    func end() { open.wrappingSubtract(1, ordering: .relaxed) }
}
