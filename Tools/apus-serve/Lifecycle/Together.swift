import ServiceLifecycle

/// Services that begin and end at the same time. A service group ends its services one after the other, so that the server would take
/// requests over HTTP as if nothing were to end until nobody listened for gRPC any more.
struct Together: Service {
    let services: [any Service]

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for service in services { group.addTask { try await service.run() } }
            // Where one fails, the others are cancelled.
            try await group.waitForAll()
        }
    }
}
