import ApusJSON
import ApusServing
import NIOCore

/// An answer as the socket sends it: its head and its body in one buffer.
struct Response: Sendable {
    let buffer: ByteBuffer
    /// Whether the connection ends behind it.
    let closes: Bool

    /// An answer of a status and a body.
    init(
        status: Int, contentType: StaticString = "application/json", body: [UInt8] = [], headers: String = "",
        closes: Bool, isHead: Bool = false, allocator: ByteBufferAllocator
    ) {
        var buffer = allocator.buffer(capacity: 256 + headers.utf8.count + body.count)
        Self.writeHead(
            status, contentType: contentType, count: body.count, headers: headers, closes: closes, into: &buffer)
        if !isHead { buffer.writeBytes(body) }
        self.buffer = buffer
        self.closes = closes
    }

    /// The answer to an infer request, compressed if it is long enough and its client takes that.
    init(_ answer: InferenceAnswer, coding: ContentCoding?, closes: Bool, allocator: ByteBufferAllocator) {
        let writer = ResponseWriter(answer)
        let outputs = answer.signature.outputs
        var count = writer.header.count
        for part in writer.parts {
            switch part {
            case .output(let port):
                count += outputs[port].elements(samples: answer.request.samples) * outputs[port].elementType.size
            case .bytes(let bytes): count += bytes.count
            }
        }
        /// The body's bytes.
        func write(into buffer: inout ByteBuffer) {
            buffer.writeBytes(writer.header)
            for part in writer.parts {
                switch part {
                case .output(let port): answer.withOutput(port) { _ = buffer.writeBytes($0) }
                case .bytes(let bytes): buffer.writeBytes(bytes)
                }
            }
        }
        var packed: [UInt8]?
        var headers = writer.parts.isEmpty ? "" : "Inference-Header-Content-Length: \(writer.header.count)\r\n"
        if let coding, count >= ContentCoding.smallestAnswer {
            var body = allocator.buffer(capacity: count)
            write(into: &body)
            packed = coding.compressed(body.readableBytesSpan)
            if packed != nil { headers += "Content-Encoding: \(coding.rawValue)\r\n" }
        }
        let length = packed?.count ?? count
        var buffer = allocator.buffer(capacity: 256 + length)
        Self.writeHead(
            200, contentType: writer.parts.isEmpty ? "application/json" : "application/octet-stream", count: length,
            headers: headers, closes: closes, into: &buffer)
        if let packed { buffer.writeBytes(packed) } else { write(into: &buffer) }
        self.buffer = buffer
        self.closes = closes
    }

    /// An answer that says why there is none.
    init(_ error: RequestError, closes: Bool, allocator: ByteBufferAllocator) {
        let body: JSONValue = ["error": .string(error.description)]
        let headers: String =
            switch error.kind {
            case .overloaded, .unavailable: "Retry-After: 1\r\n"
            case .unauthorized: "WWW-Authenticate: Bearer\r\n"
            default: ""
            }
        self.init(
            status: error.status, body: Array(body.compact.utf8), headers: headers, closes: closes, allocator: allocator
        )
    }

    private static func writeHead(
        _ status: Int, contentType: StaticString, count: Int, headers: String, closes: Bool,
        into buffer: inout ByteBuffer
    ) {
        if status == 200 {
            buffer.writeStaticString("HTTP/1.1 200 OK\r\nContent-Type: ")
        } else {
            buffer.writeString("HTTP/1.1 \(status) \(reason(status))\r\nContent-Type: ")
        }
        buffer.writeStaticString(contentType)
        buffer.writeStaticString("\r\nContent-Length: ")
        buffer.writeString(String(count))
        buffer.writeStaticString("\r\n")
        if !headers.isEmpty { buffer.writeString(headers) }
        if closes { buffer.writeStaticString("Connection: close\r\n") }
        buffer.writeStaticString("\r\n")
    }

    private static func reason(_ status: Int) -> String {
        switch status {
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 408: "Request Timeout"
        case 413: "Content Too Large"
        case 415: "Unsupported Media Type"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 503: "Service Unavailable"
        default: "Other"
        }
    }
}
