import ApusJSON
import ApusServing
import NIOCore
import NIOHTTP1

extension HTTPServer {
    /// The answer to a request that asks for no inference.
    func document(
        _ route: Route, _ request: HTTPRequest, _ allocator: ByteBufferAllocator
    ) throws(RequestError) -> Response {
        let isHead = request.head.method == .HEAD
        func json(_ value: JSONValue) -> Response {
            Response(
                status: 200, body: Array(value.compact.utf8), closes: request.closes, isHead: isHead,
                allocator: allocator)
        }
        /// As the protocol has it: the status says it for probes, the body for clients.
        func health(_ isSo: Bool, _ value: JSONValue) -> Response {
            Response(
                status: isSo ? 200 : 503, body: Array(value.compact.utf8), closes: request.closes, isHead: isHead,
                allocator: allocator)
        }
        switch route {
        case .live: return health(true, ["live": true])
        case .ready: return health(state.isReady, ["ready": .bool(state.isReady)])
        case .serverMetadata:
            return json([
                "name": "apus-serve", "version": .string(state.version),
                "extensions": JSONValue(ServerState.extensions),
            ])
        case .metrics:
            return Response(
                status: 200, contentType: "text/plain; version=0.0.4", body: Array(metrics.utf8),
                closes: request.closes,
                isHead: isHead, allocator: allocator)
        case .allStatistics:
            let models = repository.all.compactMap(\.model)
            return json(["model_stats": .array(models.map(\.statistics))])
        case .repositoryIndex: return json(repository.index)
        case .model(let name, let version, let part):
            let model: ServedModel
            do { model = try repository.model(named: name, version: version) } catch {
                guard part == .ready, error.kind == .unavailable else { throw error }
                return health(false, ["name": .string(name), "ready": false])
            }
            switch part {
            case .ready: return health(true, ["name": .string(name), "ready": true])
            case .metadata: return json(model.metadata(versions: repository.versions(of: name)))
            case .configuration: return json(model.configuration(delay: options.serving.delay))
            case .statistics: return json(["model_stats": [model.statistics]])
            // It was answered before.
            case .infer: return json(.null)
            }
        case .load, .unload: return json(.null)
        }
    }

    /// What Prometheus reads.
    var metrics: String {
        var text = PrometheusText()
        text.write(repository.all.compactMap(\.model))
        text.begin("apus_connections", "gauge", "Connections that are open over HTTP.")
        text.value("apus_connections", "", "\(state.connections.count)")
        text.begin("apus_grpc_connections", "gauge", "Connections that are open over gRPC.")
        text.value("apus_grpc_connections", "", "\(state.grpcConnections.count)")
        text.begin("apus_malformed_requests_total", "counter", "Connections that sent what is not HTTP/1.1.")
        text.value("apus_malformed_requests_total", "", "\(malformed.load(ordering: .relaxed))")
        text.begin("apus_other_requests_total", "counter", "Requests over HTTP that ask for no inference.")
        text.value("apus_other_requests_total", "", "\(otherRequests.load(ordering: .relaxed))")
        text.begin("apus_ready", "gauge", "Whether the server takes requests: 0 while it starts and ends.")
        text.value("apus_ready", "", state.isReady ? "1" : "0")
        return text.text
    }

    /// Changes the models on another thread: compiling takes long.
    func change(
        _ request: HTTPRequest, _ connection: HTTPConnection, _ number: Int, _ dispatcher: LoopDispatcher,
        _ body: @escaping @Sendable () throws -> Void
    ) {
        let reply = Reply(connection, number: number, closes: request.closes, dispatcher: dispatcher)
        Task.detached {
            let allocator = ByteBufferAllocator()
            do {
                try body()
                reply.finish(Response(status: 200, closes: reply.closes, allocator: allocator))
            } catch {
                let error = error as? RequestError ?? RequestError(.failed, "\(error)")
                // What can't be loaded is the request's fault for its client.
                let told = error.kind == .failed ? RequestError(.invalid, error.description) : error
                reply.finish(Response(told, closes: reply.closes, allocator: allocator))
            }
        }
    }
}
