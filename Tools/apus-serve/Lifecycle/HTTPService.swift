import ApusServing
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import ServiceLifecycle

/// The life of the HTTP server: it listens, until a signal asks it to end; then it answers what there is, and ends.
struct HTTPService: Service {
    let server: HTTPServer
    let channel: any Channel
    let state: ServerState
    let logger: Logger

    func run() async throws {
        for dispatcher in server.dispatchers {
            dispatcher.loop.scheduleRepeatedTask(initialDelay: .milliseconds(250), delay: .milliseconds(250)) { _ in
                dispatcher.closeLate()
            }
        }
        await withGracefulShutdownHandler {
            try? await gracefulShutdown()
        } onGracefulShutdown: {
            logger.info("ending: what was accepted is answered")
            state.drain()
        }
        await drain()
    }

    /// Connections are accepted a little longer, so that none is lost between the system and the server; each is closed behind its next
    /// answer.
    private func drain() async {
        try? await Task.sleep(nanoseconds: server.options.drainDelay)
        try? await channel.close()
        for dispatcher in server.dispatchers { dispatcher.loop.execute { dispatcher.closeIdle() } }
        let end = now() &+ server.options.requestTimeout &+ 1_000_000_000
        while now() < end {
            var areEmpty = true
            for dispatcher in server.dispatchers {
                let isEmpty = (try? await dispatcher.loop.submit { dispatcher.isEmpty }.get()) ?? true
                areEmpty = areEmpty && isEmpty
            }
            if areEmpty { return }
            try? await Task.sleep(nanoseconds: 20_000_000)
        }
        logger.warning("requests were still under way after the time that --request-timeout allows")
        for dispatcher in server.dispatchers { dispatcher.loop.execute { dispatcher.closeAll() } }
    }
}
