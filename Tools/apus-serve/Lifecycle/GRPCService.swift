import ApusServing
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// The life of the gRPC server. What it has accepted is answered when it ends.
struct GRPCService: Service {
    private let server: GRPCServer<HTTP2ServerTransport.Posix>
    private let drainDelay: UInt64
    /// Nanoseconds for which what was accepted may go on then.
    private let longestEnd: UInt64

    init(
        _ service: InferenceService, host: String, port: Int, group: MultiThreadedEventLoopGroup,
        tls: TLSFiles?, token: BearerToken?
    ) {
        let options = service.options
        var config = HTTP2ServerTransport.Posix.Config.defaults
        config.rpc.maxRequestPayloadSize = options.maximumBytes
        config.http2.maxConcurrentStreams = 256
        config.connection.maxIdleTime = .nanoseconds(Int64(options.idleTimeout))
        // A client that is there answers this, though its call may take long.
        config.connection.keepalive.time = .nanoseconds(Int64(options.idleTimeout))
        config.connection.maxGraceTime = .nanoseconds(Int64(options.requestTimeout))
        // A message may come compressed; what it becomes is bounded as any is.
        config.compression.enabledAlgorithms = [.gzip, .deflate]
        let connections = service.state.grpcConnections
        let silence = TimeAmount.nanoseconds(Int64(options.idleTimeout + options.requestTimeout))
        // The one place where the transport shows a connection. It may be closed there, but an error would end the server.
        config.channelDebuggingCallbacks.onAcceptTCPConnection = { channel in
            if connections.begin() {
                channel.closeFuture.whenComplete { _ in connections.end() }
                try? channel.pipeline.syncOperations.addHandler(SilenceHandler(limit: silence), position: .first)
            } else {
                channel.close(promise: nil)
            }
            return channel.eventLoop.makeSucceededVoidFuture()
        }
        let security: HTTP2ServerTransport.Posix.TransportSecurity =
            if let tls {
                .tls(
                    certificateChain: [.file(path: tls.certificate, format: .pem)],
                    privateKey: .file(path: tls.key, format: .pem))
            } else { .plaintext }
        let transport = HTTP2ServerTransport.Posix(
            address: host.contains(":") ? .ipv6(host: host, port: port) : .ipv4(host: host, port: port),
            transportSecurity: security, config: config, eventLoopGroup: group)
        server = GRPCServer(
            transport: transport, services: [service],
            interceptors: token.map { [TokenInterceptor(token: $0)] } ?? [])
        drainDelay = options.drainDelay
        longestEnd = options.requestTimeout + 1_000_000_000
    }

    /// Where it listens, once it does.
    var port: Int {
        get async throws {
            let address = try await server.listeningAddress
            return address?.ipv4?.port ?? address?.ipv6?.port ?? 0
        }
    }

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.serve() }
            group.addTask {
                try await gracefulShutdown()
                try await Task.sleep(nanoseconds: drainDelay)
                server.beginGracefulShutdown()
                try await Task.sleep(nanoseconds: longestEnd)
            }
            // Either nothing is left to serve, or there was time enough for it.
            try await group.next()
            group.cancelAll()
            while let result = await group.nextResult() { _ = result }
        }
    }
}

/// The files of `--tls-certificate` and `--tls-key`.
struct TLSFiles: Sendable {
    let certificate: String
    let key: String
}
