import ApusServing
import GRPCCore
import InferenceProtocol

/// Answers the protocol over gRPC.
struct InferenceService: GRPCInferenceService.SimpleServiceProtocol {
    let options: ServerOptions
    let repository: ModelRepository
    let state: ServerState
    let dispatchers: [LoopDispatcher]

    func serverLive(request: ServerLiveRequest, context: ServerContext) async throws -> ServerLiveResponse {
        .with { $0.live = true }
    }

    func serverReady(request: ServerReadyRequest, context: ServerContext) async throws -> ServerReadyResponse {
        .with { $0.ready = state.isReady }
    }

    func modelReady(request: ModelReadyRequest, context: ServerContext) async throws -> ModelReadyResponse {
        do {
            _ = try repository.model(named: request.name, version: request.version)
            return .with { $0.ready = true }
        } catch {
            guard error.kind == .unavailable else { throw RPCError(error) }
            return .with { $0.ready = false }
        }
    }

    func serverMetadata(request: ServerMetadataRequest, context: ServerContext) async throws -> ServerMetadataResponse {
        .with {
            $0.name = "apus-serve"
            $0.version = state.version
            $0.extensions = ServerState.extensions
        }
    }

    func modelMetadata(request: ModelMetadataRequest, context: ServerContext) async throws -> ModelMetadataResponse {
        let signature = try model(request.name, request.version).signature
        return .with {
            $0.name = signature.name
            $0.versions = repository.versions(of: signature.name)
            $0.platform = ServedModel.platform
            $0.inputs = signature.inputs.map { tensorMetadata($0, signature) }
            $0.outputs = signature.outputs.map { tensorMetadata($0, signature) }
        }
    }

    func modelInfer(request: ModelInferRequest, context: ServerContext) async throws -> ModelInferResponse {
        do { return try await answer(request).get() } catch { throw RPCError(error) }
    }

    func modelStreamInfer(
        request: RPCAsyncSequence<ModelInferRequest, any Error>, response: RPCWriter<ModelStreamInferResponse>,
        context: ServerContext
    ) async throws {
        for try await request in request {
            let answer = await answer(request)
            try await response.write(
                .with {
                    switch answer {
                    case .success(let answer): $0.inferResponse = answer
                    case .failure(let error):
                        $0.errorMessage = error.description
                        $0.inferResponse.id = request.id
                    }
                })
        }
    }

    func modelConfig(request: ModelConfigRequest, context: ServerContext) async throws -> ModelConfigResponse {
        let model = try model(request.name, request.version)
        return .with { $0.config = model.configurationMessage(delay: options.serving.delay) }
    }

    func modelStatistics(
        request: ModelStatisticsRequest, context: ServerContext
    ) async throws -> ModelStatisticsResponse {
        let models =
            request.name.isEmpty ? repository.all.compactMap(\.model) : [try model(request.name, request.version)]
        return .with { $0.modelStats = models.map(\.statisticsMessage) }
    }

    func repositoryIndex(
        request: RepositoryIndexRequest, context: ServerContext
    ) async throws -> RepositoryIndexResponse {
        let entries = repository.all.filter { !request.ready || $0.model != nil }
        return .with {
            $0.models = entries.map { entry in
                .with {
                    $0.name = entry.source.name
                    $0.version = entry.source.version
                    $0.state = entry.model == nil ? "UNAVAILABLE" : "READY"
                    $0.reason = entry.reason
                }
            }
        }
    }

    func repositoryModelLoad(
        request: RepositoryModelLoadRequest, context: ServerContext
    ) async throws -> RepositoryModelLoadResponse {
        let name = request.modelName.isEmpty ? request.repositoryName : request.modelName
        try checkLoading()
        do throws(RequestError) {
            try repository.load(name, with: try request.wanted)
        } catch {
            throw RPCError(error)
        }
        return .with {
            $0.modelName = name
            $0.isLoaded = true
        }
    }

    func repositoryModelUnload(
        request: RepositoryModelUnloadRequest, context: ServerContext
    ) async throws -> RepositoryModelUnloadResponse {
        let name = request.modelName.isEmpty ? request.repositoryName : request.modelName
        try checkLoading()
        do { try repository.unload(name) } catch { throw RPCError(error) }
        return .with {
            $0.modelName = name
            $0.isUnloaded = true
        }
    }

    private func checkLoading() throws {
        guard options.allowsLoading else {
            throw RPCError(
                RequestError(
                    .forbidden, "models are not loaded and unloaded by requests; start the server with --allow-load"))
        }
    }

    private func model(_ name: String, _ version: String) throws -> ServedModel {
        do { return try repository.model(named: name, version: version) } catch { throw RPCError(error) }
    }

    /// Has a request answered by an event loop, or by the model's thread.
    private func answer(_ message: ModelInferRequest) async -> Result<ModelInferResponse, RequestError> {
        let time = now()
        do {
            let model = try repository.model(named: message.modelName, version: message.modelVersion)
            let request = try message.inferenceRequest(model.signature)
            return await withCheckedContinuation { continuation in
                let task = InferenceTask(
                    request: request, body: NoBody(), arrival: time, deadline: time &+ options.requestTimeout
                ) { result in
                    continuation.resume(returning: result.map { ModelInferResponse($0) })
                }
                let dispatcher = dispatchers[model.nextLoop() % dispatchers.count]
                if model.isAnsweredOnLoop {
                    dispatcher.loop.execute { dispatcher.submit(task, to: model) }
                } else {
                    dispatcher.submit(task, to: model)
                }
            }
        } catch { return .failure(error) }
    }
}

extension RPCError {
    init(_ error: RequestError) {
        let code: RPCError.Code =
            switch error.kind {
            case .invalid, .unsupportedContent, .wrongMethod: .invalidArgument
            case .notFound: .notFound
            case .forbidden: .permissionDenied
            case .unauthorized: .unauthenticated
            case .tooLarge, .overloaded: .resourceExhausted
            case .unavailable: .unavailable
            case .late: .deadlineExceeded
            case .failed: .internalError
            }
        self.init(code: code, message: error.description)
    }
}
