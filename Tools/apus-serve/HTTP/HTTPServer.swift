import ApusServing
import ApusText
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// Answers the protocol over HTTP/1.1.
final class HTTPServer: Sendable {
    let options: ServerOptions
    let repository: ModelRepository
    let dispatchers: [LoopDispatcher]
    let logger: Logger
    private let token: BearerToken?
    let state: ServerState
    let malformed = Atomic(0)
    let otherRequests = Atomic(0)

    init(
        _ options: ServerOptions, repository: ModelRepository, dispatchers: [LoopDispatcher], state: ServerState,
        token: BearerToken?, logger: Logger
    ) {
        self.options = options
        self.repository = repository
        self.dispatchers = dispatchers
        self.state = state
        self.token = token
        self.logger = logger
    }

    var isDraining: Bool { state.isDraining }

    // MARK: Connections

    /// Listens.
    func bind(host: String, port: Int, group: MultiThreadedEventLoopGroup, tls: NIOSSLContext?) async throws
        -> any Channel
    {
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.maxMessagesPerRead, value: 4)
            // A request keeps the memory that it was read into, and new memory of this size is at hand at once.
            .childChannelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 16 << 10))
            .childChannelInitializer { channel in
                guard self.state.connections.begin() else { return channel.close() }
                return channel.eventLoop.makeCompletedFuture {
                    try self.addHandlers(to: channel, tls: tls)
                }
            }
        return try await bootstrap.bind(host: host, port: port).get()
    }

    private func addHandlers(to channel: any Channel, tls: NIOSSLContext?) throws {
        let pipeline = channel.pipeline.syncOperations
        if let tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = 8 << 10
        limits.maxHeaderListSize = 32 << 10
        limits.maxHeaderFieldCount = 64
        try pipeline.addHandler(
            ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes, limitConfiguration: limits)))
        try pipeline.addHandler(HTTPConnection(self, dispatcher(of: channel.eventLoop)))
    }

    private func dispatcher(of loop: any EventLoop) -> LoopDispatcher {
        dispatchers.first { $0.loop === loop } ?? dispatchers[0]
    }

    func connectionEnded() { state.connections.end() }

    func noteMalformed() { malformed.wrappingAdd(1, ordering: .relaxed) }

    // MARK: Requests

    /// Answers a request, now or later. On the connection's loop.
    func answer(_ request: HTTPRequest, for connection: HTTPConnection, number: Int, dispatcher: LoopDispatcher) {
        let allocator = ByteBufferAllocator()
        do throws(RequestError) {
            guard let route = request.route else {
                throw RequestError(
                    .notFound, "there is nothing at \(printable(request.head.uri)); the protocol's root is /v2")
            }
            try check(request, route)
            let request = try request.unpacked(limit: options.maximumBytes)
            if case .model(let name, let version, .infer) = route {
                let model = try repository.model(named: name, version: version)
                return try infer(request, model, for: connection, number: number, dispatcher: dispatcher)
            }
            otherRequests.wrappingAdd(1, ordering: .relaxed)
            if case .load(let name) = route {
                let body = Array(request.body.readableBytesView)
                return change(request, connection, number, dispatcher) {
                    let wanted: ModelOverride
                    do throws(RequestError) { wanted = try ModelOverride(body: body) } catch {
                        throw RequestError(error.kind, "failed to load '\(name)': \(error.description)")
                    }
                    try self.repository.load(name, with: wanted)
                }
            }
            if case .unload(let name) = route {
                return change(request, connection, number, dispatcher) { try self.repository.unload(name) }
            }
            connection.finish(number, with: try document(route, request, allocator))
        } catch {
            logger.debug(
                "refused", metadata: ["path": .string(printable(request.head.uri)), "why": .string(error.description)])
            connection.finish(number, with: Response(error, closes: request.closes, allocator: allocator))
        }
    }

    private func check(_ request: HTTPRequest, _ route: Route) throws(RequestError) {
        // Whoever restarts the server need not know its token.
        if let token, route != .live, route != .ready {
            guard token.matches(authorization: request.head.headers.first(name: "authorization")) else {
                throw RequestError(
                    .unauthorized, "the bearer token is missing or wrong; send 'Authorization: Bearer TOKEN'")
            }
        }
        switch request.head.method {
        case .POST where route.takesPost: break
        case .GET where !route.takesPost || route == .repositoryIndex, .HEAD where !route.takesPost: break
        default:
            throw RequestError(
                .wrongMethod,
                "\(printable(request.head.uri)) takes \(route.takesPost ? "POST" : "GET"), and not \(request.head.method)"
            )
        }
        switch route {
        case .load, .unload:
            guard options.allowsLoading else {
                throw RequestError(
                    .forbidden, "models are not loaded and unloaded by requests; start the server with --allow-load")
            }
        default: break
        }
    }

    // MARK: Inference

    private func infer(
        _ request: HTTPRequest, _ model: ServedModel, for connection: HTTPConnection, number: Int,
        dispatcher: LoopDispatcher
    ) throws(RequestError) {
        let time = now()
        let inference = try inferenceRequest(request, model.signature)
        let reply = Reply(connection, number: number, closes: request.closes, dispatcher: dispatcher)
        let isOnLoop = model.isAnsweredOnLoop
        let coding = request.head.headers.first(name: "accept-encoding").flatMap { ContentCoding(accepted: $0) }
        let task = InferenceTask(
            request: inference, body: BufferBody(buffer: request.body), arrival: time,
            deadline: time &+ options.requestTimeout
        ) { result in
            let response =
                switch result {
                case .success(let answer):
                    Response(answer, coding: coding, closes: reply.closes, allocator: ByteBufferAllocator())
                case .failure(let error): Response(error, closes: reply.closes, allocator: ByteBufferAllocator())
                }
            if isOnLoop { reply.finishOnLoop(response) } else { reply.finish(response) }
        }
        dispatcher.submit(task, to: model)
    }

    private func inferenceRequest(
        _ request: HTTPRequest, _ signature: ModelSignature
    ) throws(RequestError) -> InferenceRequest {
        let headers = request.head.headers
        let body = BufferBody(buffer: request.body)
        let count = request.body.readableBytes
        if let type = headers.first(name: "content-type"), type.hasPrefix("image/") {
            return try InferenceRequest(picture: body.bytes(0..<count), signature: signature)
        }
        var headerCount = count
        if let text = headers.first(name: "inference-header-content-length") {
            guard let number = Int(text), number >= 0, number <= count else {
                throw RequestError(
                    .invalid, "Inference-Header-Content-Length is no number of bytes from 0 to the body's \(count)")
            }
            headerCount = number
        }
        return try RequestReader.read(
            header: body.bytes(0..<headerCount), bodyCount: count, signature: signature, bytes: body.bytes)
    }
}
