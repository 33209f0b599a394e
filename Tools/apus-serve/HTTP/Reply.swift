import NIOCore

/// The way back to a connection, from any thread.
struct Reply: @unchecked Sendable {
    private let connection: HTTPConnection
    private let number: Int
    let closes: Bool
    private let dispatcher: LoopDispatcher

    init(_ connection: HTTPConnection, number: Int, closes: Bool, dispatcher: LoopDispatcher) {
        self.connection = connection
        self.number = number
        self.closes = closes
        self.dispatcher = dispatcher
    }

    func finishOnLoop(_ response: Response) { connection.finish(number, with: response) }

    func finish(_ response: Response) {
        dispatcher.loop.execute { finishOnLoop(response) }
    }
}
