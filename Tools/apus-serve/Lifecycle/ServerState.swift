import ApusToolSupport
import Synchronization

/// Whether the server takes requests.
final class ServerState: Sendable {
    static let extensions = [
        "binary_tensor_data", "classification", "model_configuration", "model_repository", "statistics",
    ]
    let version = apusVersion
    /// Those over HTTP, and those over gRPC, which take no place from each other.
    let connections: ConnectionCount
    let grpcConnections: ConnectionCount
    private let ready = Atomic(false)
    private let draining = Atomic(false)

    /// - Parameter maximumConnections: how many may be open over HTTP, and how many over gRPC.
    init(maximumConnections: Int) {
        connections = ConnectionCount(limit: maximumConnections)
        grpcConnections = ConnectionCount(limit: maximumConnections)
    }

    var isReady: Bool { ready.load(ordering: .relaxed) }
    /// Whether it ends: each answer is the last of its connection.
    var isDraining: Bool { draining.load(ordering: .relaxed) }

    func begin() { ready.store(true, ordering: .relaxed) }

    func drain() {
        ready.store(false, ordering: .relaxed)
        draining.store(true, ordering: .relaxed)
    }
}
