import NIOCore

/// Closes a connection on which nothing has come for some time. grpc-swift tells an idle one to end and asks whether that was heard, but
/// would wait for the answer for ever; a client that is there answers its pings, whatever else it does.
final class SilenceHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let limit: TimeAmount
    private var lastRead = NIODeadline.now()
    private var timer: Scheduled<Void>?

    init(limit: TimeAmount) { self.limit = limit }

    func handlerAdded(context: ChannelHandlerContext) { wait(context) }

    func handlerRemoved(context: ChannelHandlerContext) { timer?.cancel() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        lastRead = .now()
        context.fireChannelRead(data)
    }

    private func wait(_ context: ChannelHandlerContext) {
        timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: lastRead + limit) {
            if NIODeadline.now() < self.lastRead + self.limit {
                self.wait(context)
            } else {
                context.close(promise: nil)
            }
        }
    }
}
