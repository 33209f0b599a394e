import ApusServing
import NIOCore

extension HTTPRequest {
    /// The request with its body as it was before the client compressed it. O(bytes).
    ///
    /// - Parameter limit: the bytes that the body may have then.
    func unpacked(limit: Int) throws(RequestError) -> HTTPRequest {
        guard let name = head.headers.first(name: "content-encoding"), name != "identity" else { return self }
        guard let coding = ContentCoding(named: name) else {
            throw RequestError(
                .unsupportedContent,
                "a body is read as it is, or compressed as gzip or deflate; send it as one of these")
        }
        var body = ByteBuffer()
        try coding.decompress(self.body.readableBytesSpan, limit: limit) { _ = body.writeBytes($0) }
        return HTTPRequest(head: head, route: route, body: body, closes: closes)
    }
}
