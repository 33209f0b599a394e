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

    init(
        _ service: InferenceService, host: String, port: Int, group: MultiThreadedEventLoopGroup,
        tls: TLSFiles?, token: BearerToken?
    ) {
        let options = service.options
        var config = HTTP2ServerTransport.Posix.Config.defaults
        config.rpc.maxRequestPayloadSize = options.maximumBytes
        config.http2.maxConcurrentStreams = 256
        config.connection.maxIdleTime = .nanoseconds(Int64(options.idleTimeout))
        // One whose client is gone without a word, or doesn't answer when it is told that it is to end.
        config.connection.keepalive.time = .nanoseconds(Int64(options.idleTimeout))
        config.connection.keepalive.timeout = .nanoseconds(Int64(options.requestTimeout))
        config.connection.maxGraceTime = .nanoseconds(Int64(options.requestTimeout))
        // A message may come compressed; what it becomes is bounded as any is.
        config.compression.enabledAlgorithms = [.gzip, .deflate]
        let connections = service.state.grpcConnections
        // The one place where the transport shows a connection. It may be closed there, but an error would end the server.
        config.channelDebuggingCallbacks.onAcceptTCPConnection = { channel in
            if connections.begin() {
                channel.closeFuture.whenComplete { _ in connections.end() }
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
    }

    /// Where it listens, once it does.
    var port: Int {
        get async throws {
            let address = try await server.listeningAddress
            return address?.ipv4?.port ?? address?.ipv6?.port ?? 0
        }
    }

    func run() async throws {
        try await withGracefulShutdownHandler {
            try await server.serve()
        } onGracefulShutdown: {
            Task {
                try? await Task.sleep(nanoseconds: drainDelay)
                server.beginGracefulShutdown()
            }
        }
    }
}

/// The files of `--tls-certificate` and `--tls-key`.
struct TLSFiles: Sendable {
    let certificate: String
    let key: String
}
