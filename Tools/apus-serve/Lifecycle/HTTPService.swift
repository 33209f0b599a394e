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
        if let options = channel as? any SocketOptionProvider { try? await refuseConnections(options) }
        try? await channel.close()
        var timesEmpty = 0
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
            timesEmpty = areEmpty ? timesEmpty + 1 : 0
            if timesEmpty == 3 { return }
            try? await Task.sleep(nanoseconds: 20_000_000)
        }
        logger.warning("requests were still under way after the time that --request-timeout allows")
        for dispatcher in server.dispatchers { dispatcher.loop.execute { dispatcher.closeAll() } }
    }

    /// Has the system pass over requests for connections, so that those it has made already can be accepted before nobody listens:
    /// it would break them off then.
    private func refuseConnections(_ options: any SocketOptionProvider) async throws {
        // SO_ATTACH_FILTER with `struct sock_fprog`: the number of instructions, and where they are.
        let program: (UInt64, UInt) = (UInt64(filter.count), filterAddress)
        try await options.unsafeSetSocketOption(level: .socket, name: .init(rawValue: 26), value: program).get()
        for _ in 0..<100 {
            try await Task.sleep(nanoseconds: 20_000_000)
            // The start of `struct tcp_info`. Of a socket that listens, `tcpi_unacked` at byte 24 says how many wait to be accepted.
            let information: (UInt64, UInt64, UInt64, UInt32, UInt32) = try await options.unsafeGetSocketOption(
                level: .tcp, name: .init(rawValue: 11)
            ).get()
            if information.3 == 0 { break }
        }
        // Those that were accepted just now are on their way to their event loops. They would be closed with the socket that listens.
        try await Task.sleep(nanoseconds: 100_000_000)
    }
}

/// A program for a socket's filter (BPF), which is asked of each packet from its TCP header on: requests for connections (SYN without
/// ACK) are dropped, and all others kept, so that connections that are being made are made.
private let filter: [UInt64] = [
    instruction(0x30, 13),  // the byte of flags
    instruction(0x54, 0x12),  // SYN and ACK of it
    instruction(0x15, 0x02, otherwise: 1),  // if it is SYN alone go on, else pass over one instruction
    instruction(0x06, 0),  // drop
    instruction(0x06, 0xFFFF_FFFF),  // keep
]

/// `struct sock_filter`: the code, how many instructions to pass over where a test holds and where not, and a number.
private func instruction(_ code: UInt64, _ number: UInt64, otherwise: UInt64 = 0) -> UInt64 {
    code | otherwise << 24 | number << 32
}

/// Where the filter lies, as long as the program runs.
private let filterAddress: UInt = {
    let memory = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: filter.count)
    _ = unsafe memory.initialize(from: filter)
    return UInt(bitPattern: memory.baseAddress)
}()
