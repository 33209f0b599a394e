import ApusServing
import NIOCore
import NIOHTTP1

/// One connection: reads requests, hands them on, and writes the answers in the order of the requests.
///
/// Its memory is bounded: by one body, and by so many requests under way. It belongs to its event loop.
final class HTTPConnection: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Requests of a connection that may be under way: more are not read before the first is answered.
    private static let maximumUnderWay = 64

    private let server: HTTPServer
    private let dispatcher: LoopDispatcher
    private var context: ChannelHandlerContext?
    /// Answers in the order of their requests; nil where there is none yet.
    private var answers: CircularBuffer<Response?> = []
    /// The number of the request of the first answer.
    private var firstNumber = 0
    private var head: HTTPRequestHead?
    private var body = ByteBuffer()
    /// When the request that is read began; when the connection became idle; since when it can't be written to.
    private var readingSince: UInt64?
    private var idleSince = now()
    private var stalledSince: UInt64?
    /// Whether nothing more is read: what there was is answered, and then the connection ends.
    private var isEnding = false
    private var wantsRead = false
    /// The route of the last path: most clients ask for one.
    private var lastPath = ""
    private var lastRoute: Route?

    init(_ server: HTTPServer, _ dispatcher: LoopDispatcher) {
        self.server = server
        self.dispatcher = dispatcher
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        dispatcher.add(self)
    }

    func channelInactive(context: ChannelHandlerContext) {
        forget()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { forget() }

    private func forget() {
        guard context != nil else { return }
        context = nil
        dispatcher.remove(self)
        server.connectionEnded()
    }

    // MARK: Reading

    func read(context: ChannelHandlerContext) {
        if answers.count >= Self.maximumUnderWay || stalledSince != nil { wantsRead = true } else { context.read() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isEnding else { return }
        switch unwrapInboundIn(data) {
        case .head(let head): begin(head)
        case .body(var part): append(&part)
        case .end: end()
        }
    }

    private func begin(_ head: HTTPRequestHead) {
        self.head = head
        readingSince = now()
        body.clear()
        if let length = head.headers.first(name: "content-length").flatMap({ Int($0) }),
            length > server.options.maximumBytes
        {
            refuse(tooLarge)
        } else if head.headers.first(name: "expect")?.lowercased() == "100-continue", answers.isEmpty {
            context?.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")), promise: nil)
        }
    }

    private var tooLarge: RequestError {
        RequestError(
            .tooLarge,
            "the request has more than \(server.options.maximumBytes) bytes; cut it into several, or start the server "
                + "with a larger --max-request-bytes")
    }

    private func append(_ part: inout ByteBuffer) {
        guard body.readableBytes + part.readableBytes <= server.options.maximumBytes else { return refuse(tooLarge) }
        if body.readableBytes == 0 { body = part } else { body.writeBuffer(&part) }
    }

    private func end() {
        guard let head else { return }
        self.head = nil
        readingSince = nil
        let number = firstNumber + answers.count
        answers.append(nil)
        let closes = !head.isKeepAlive || server.isDraining
        if closes { isEnding = true }
        let body = self.body
        self.body = ByteBuffer()
        if head.uri != lastPath {
            lastPath = head.uri
            lastRoute = Route(path: head.uri)
        }
        let request = HTTPRequest(head: head, route: lastRoute, body: body, closes: closes)
        server.answer(request, for: self, number: number, dispatcher: dispatcher)
    }

    /// Answers with an error and reads nothing more.
    private func refuse(_ error: RequestError) {
        head = nil
        readingSince = nil
        body = ByteBuffer()
        isEnding = true
        answers.append(nil)
        finish(
            firstNumber + answers.count - 1,
            with: Response(error, closes: true, allocator: context?.channel.allocator ?? ByteBufferAllocator()))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Whatever else was wrong, nothing more can be read.
        guard error is HTTPParserError, !isEnding else { return close() }
        server.noteMalformed()
        refuse(.init(.invalid, "that is not HTTP/1.1, or its head is too large"))
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case ChannelEvent.inputClosed = event else { return context.fireUserInboundEventTriggered(event) }
        // The client sends no more. What it has asked is answered.
        isEnding = true
        head = nil
        readingSince = nil
        if answers.isEmpty { close() }
    }

    // MARK: Writing

    /// Takes the answer to a request. On the connection's loop.
    func finish(_ number: Int, with response: Response) {
        guard let context, number >= firstNumber, number - firstNumber < answers.count else { return }
        answers[offset: number - firstNumber] = response
        var isWritten = false
        while let first = answers.first, let response = first {
            answers.removeFirst()
            firstNumber += 1
            context.write(wrapOutboundOut(response.buffer), promise: nil)
            isWritten = true
            if response.closes || isEnding && answers.isEmpty {
                context.flush()
                return closeBehind(context)
            }
        }
        if isWritten { context.flush() }
        if answers.isEmpty { idleSince = now() }
        readOn(context)
    }

    /// Ends the connection once what was written is sent. What the client still sends is not read, and must not make the system take the
    /// answer back: so it is told first that nothing follows.
    private func closeBehind(_ context: ChannelHandlerContext) {
        isEnding = true
        idleSince = now()
        let channel = context.channel
        channel.close(mode: .output).whenComplete { [loop = context.eventLoop] _ in
            loop.scheduleTask(in: .milliseconds(200)) { channel.close(promise: nil) }
        }
    }

    private func readOn(_ context: ChannelHandlerContext) {
        guard wantsRead, answers.count < Self.maximumUnderWay, stalledSince == nil else { return }
        wantsRead = false
        context.read()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        stalledSince = context.channel.isWritable ? nil : now()
        readOn(context)
        context.fireChannelWritabilityChanged()
    }

    // MARK: Ends

    func close() { context?.close(promise: nil) }

    func closeIfIdle(at time: UInt64) {
        guard answers.isEmpty, head == nil, !isEnding, time > idleSince &+ 1_000_000_000, let context else { return }
        closeBehind(context)
    }

    func closeIfLate(at time: UInt64) {
        func isOver(_ since: UInt64, _ limit: UInt64) -> Bool { time > since &+ limit }
        if let stalledSince, isOver(stalledSince, server.options.requestTimeout) { return close() }
        if let readingSince, isOver(readingSince, server.options.requestTimeout) {
            return refuse(
                RequestError(.late, "the request did not come within the time that --request-timeout allows"))
        }
        if head == nil, answers.isEmpty, isOver(idleSince, server.options.idleTimeout) { close() }
    }
}

/// A request that was read to its end.
struct HTTPRequest {
    let head: HTTPRequestHead
    let route: Route?
    let body: ByteBuffer
    /// Whether the connection ends behind its answer.
    let closes: Bool
}
