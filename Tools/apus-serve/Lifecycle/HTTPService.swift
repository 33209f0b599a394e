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
        try? await refuseConnections()
        try? await Task.sleep(nanoseconds: 20_000_000)
        try? await channel.close()
        let end = now() &+ server.options.requestTimeout &+ 1_000_000_000
        while now() < end {
            var areEmpty = true
            for dispatcher in server.dispatchers {
                let isEmpty = try? await dispatcher.loop.submit {
                    dispatcher.closeIdle()
                    return dispatcher.isEmpty
                }.get()
                areEmpty = areEmpty && isEmpty != false
            }
            if areEmpty { return }
            try? await Task.sleep(nanoseconds: 20_000_000)
        }
        logger.warning("requests were still under way after the time that --request-timeout allows")
        for dispatcher in server.dispatchers { dispatcher.loop.execute { dispatcher.closeAll() } }
    }

    /// Has the system pass over requests for connections, so that those it has made already can be accepted before nobody listens:
    /// it would break them off then.
    private func refuseConnections() async throws {
        guard let options = channel as? any SocketOptionProvider else { return }
        // SO_ATTACH_FILTER with `struct sock_fprog`: the number of instructions, and where they are.
        let program: (UInt64, UInt) = (1, filterInstruction)
        try await options.unsafeSetSocketOption(level: .socket, name: .init(rawValue: 26), value: program).get()
    }
}

/// Where a program for a socket's filter (BPF) lies that has one instruction: return 0, which keeps no byte of a packet.
private let filterInstruction: UInt = {
    let instruction = UnsafeMutablePointer<UInt64>.allocate(capacity: 1)
    unsafe instruction.initialize(to: 6)
    return UInt(bitPattern: instruction)
}()
