import Glibc

/// Writes all bytes to a descriptor, however often the system takes only some.
/// - Returns: the error code of the system, or 0.
package func writeAll(_ bytes: RawSpan, to descriptor: Int32) -> Int32 {
    var offset = 0
    while offset < bytes.byteCount {
        let count = unsafe bytes.withUnsafeBytes { buffer in
            unsafe write(descriptor, buffer.baseAddress.map { unsafe $0 + offset }, buffer.count - offset)
        }
        if count < 0 && errno != EINTR { return errno }
        offset += max(count, 0)
    }
    return 0
}

/// Writes text as UTF-8 to a descriptor.
/// - Returns: the error code of the system, or 0.
package func writeAll(_ text: String, to descriptor: Int32) -> Int32 {
    let bytes = Array(text.utf8)
    return unsafe writeAll(bytes.span.bytes, to: descriptor)
}
