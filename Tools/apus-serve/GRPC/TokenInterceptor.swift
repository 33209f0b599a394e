import ApusServing
import GRPCCore

/// Lets no call through that lacks the bearer token, but those that ask for liveness and readiness of the server.
struct TokenInterceptor: ServerInterceptor {
    let token: BearerToken

    func intercept<Input: Sendable, Output: Sendable>(
        request: StreamingServerRequest<Input>, context: ServerContext,
        next: @Sendable (StreamingServerRequest<Input>, ServerContext) async throws -> StreamingServerResponse<Output>
    ) async throws -> StreamingServerResponse<Output> {
        let isOpen = ["ServerLive", "ServerReady"].contains(context.descriptor.method)
        var given: String?
        for value in request.metadata[stringValues: "authorization"] { given = given ?? value }
        guard isOpen || token.matches(authorization: given) else {
            throw RPCError(
                code: .unauthenticated,
                message: "the bearer token is missing or wrong; send 'authorization: Bearer TOKEN'")
        }
        return try await next(request, context)
    }
}
