internal import CZlib

/// How the body of a request or of an answer is compressed over HTTP.
package enum ContentCoding: String, Sendable, CaseIterable {
    case gzip
    /// What HTTP means by this name: deflate in the format of zlib (RFC 1950).
    case deflate

    /// An answer of fewer bytes is sent as it is.
    package static let smallestAnswer = 1024

    /// The coding that a `Content-Encoding` names; nil where it is another, or several.
    package init?(named name: String) {
        switch name.lowercased() {
        case "gzip", "x-gzip": self = .gzip
        case "deflate": self = .deflate
        default: return nil
        }
    }

    /// The coding that an `Accept-Encoding` prefers: the one of the highest weight, and gzip where weights are the same. Nil where it
    /// takes none of them, or would rather have the body as it is.
    package init?(accepted header: String) {
        var weights: [ContentCoding: Double] = [:]
        var plain = 0.0
        for part in header.split(separator: ",") {
            let words = part.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
            var weight = 1.0
            if words.count > 1, words[1].hasPrefix("q=") { weight = Double(words[1].dropFirst(2)) ?? 0 }
            guard let name = words.first else { continue }
            if let coding = ContentCoding(named: name) { weights[coding] = weight }
            if name == "identity" { plain = weight }
        }
        let (gzip, deflate) = (weights[.gzip] ?? 0, weights[.deflate] ?? 0)
        guard max(gzip, deflate) > 0, max(gzip, deflate) >= plain else { return nil }
        self = gzip >= deflate ? .gzip : .deflate
    }

    /// zlib's number for the format with the largest window.
    private var windowBits: Int32 { self == .gzip ? 15 + 16 : 15 }

    /// Hands the bytes that a compressed body stands for to `append`, piece by piece. O(bytes in and out).
    ///
    /// - Parameter limit: how many bytes it may stand for. What is more is not unpacked: a few bytes can stand for gigabytes.
    package func decompress(
        _ body: RawSpan, limit: Int, _ append: (RawSpan) -> Void
    ) throws(RequestError) {
        let stream = try ZlibStream(inflating: windowBits)
        var piece = [UInt8](repeating: 0, count: 32 << 10)
        var (position, total) = (0, 0)
        while true {
            let (status, read, written) = stream.step(body, from: position, into: &piece)
            position += read
            total += written
            guard total <= limit else {
                throw RequestError(
                    .tooLarge,
                    "the body has more than \(limit) bytes when it is unpacked; cut the request into several, or start the server "
                        + "with a larger --max-request-bytes")
            }
            unsafe append(piece.span.bytes.extracting(0..<written))
            switch status {
            case Z_OK: break
            case Z_STREAM_END where position == body.byteCount: return
            // A file of gzip may have several parts.
            case Z_STREAM_END where self == .gzip: stream.beginAnew()
            case Z_STREAM_END: throw .invalid("more bytes follow the body, which is compressed as '\(rawValue)'")
            case Z_BUF_ERROR: throw .invalid("the body, which is compressed as '\(rawValue)', ends too early")
            default: throw .invalid("the body is not compressed as '\(rawValue)', or is damaged")
            }
        }
    }

    /// The body compressed, or nil where it isn't shorter then. O(bytes).
    package func compressed(_ body: RawSpan) -> [UInt8]? {
        // zlib counts in 32 bits.
        guard body.byteCount < 1 << 30, let stream = try? ZlibStream(deflatingTo: windowBits) else { return nil }
        var bytes = [UInt8](repeating: 0, count: body.byteCount)
        // Where it doesn't fit, it isn't shorter.
        let (status, _, written) = stream.step(body, from: 0, into: &bytes)
        guard status == Z_STREAM_END else { return nil }
        bytes.removeLast(bytes.count - written)
        return bytes
    }
}

/// A stream of zlib, which keeps its own address.
@safe
private struct ZlibStream: ~Copyable {
    private let stream: UnsafeMutablePointer<z_stream>
    private let inflates: Bool

    init(inflating windowBits: Int32) throws(RequestError) {
        self.init(inflates: true)
        try check(unsafe inflateInit2_(stream, windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)))
    }

    /// The quickest of its levels: a little slower than copying, and most of what there is to gain.
    init(deflatingTo windowBits: Int32) throws(RequestError) {
        self.init(inflates: false)
        try check(
            unsafe deflateInit2_(
                stream, 1, Z_DEFLATED, windowBits, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
                Int32(MemoryLayout<z_stream>.size)))
    }

    private init(inflates: Bool) {
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        self.inflates = inflates
    }

    private func check(_ status: Int32) throws(RequestError) {
        guard status == Z_OK else { throw RequestError(.failed, "there is no memory to unpack the body") }
    }

    deinit {
        // Of a stream that was not begun, zlib has nothing to free.
        _ = unsafe inflates ? inflateEnd(stream) : deflateEnd(stream)
        unsafe stream.deallocate()
    }

    func beginAnew() { _ = unsafe inflateReset(stream) }

    /// Goes on from a byte of the input: zlib's status, how many bytes were read, and how many were written to the start of `output`.
    func step(_ input: RawSpan, from position: Int, into output: inout [UInt8]) -> (Int32, Int, Int) {
        unsafe input.withUnsafeBytes { bytes in
            unsafe output.withUnsafeMutableBufferPointer { target in
                let count = min(bytes.count - position, 1 << 30)
                // zlib only reads there.
                unsafe stream.pointee.next_in = UnsafeMutablePointer(
                    mutating: bytes.baseAddress?.advanced(by: position).assumingMemoryBound(to: UInt8.self))
                unsafe stream.pointee.avail_in = UInt32(count)
                unsafe stream.pointee.next_out = target.baseAddress
                unsafe stream.pointee.avail_out = UInt32(target.count)
                let status = unsafe inflates ? inflate(stream, Z_NO_FLUSH) : deflate(stream, Z_FINISH)
                return unsafe (
                    status, count - Int(stream.pointee.avail_in), target.count - Int(stream.pointee.avail_out)
                )
            }
        }
    }
}
