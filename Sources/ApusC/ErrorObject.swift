public import CApus

/// What `apus_error` points to: a status, and behind it a text that ends with a zero, in one block of memory.
@safe
struct ErrorObject {
    private let start: UnsafeMutableRawPointer
    /// Where the text begins, in bytes.
    private static let textOffset = MemoryLayout<apus_status>.size

    /// Makes an object that ``free()`` ends.
    init(_ failure: Failure) {
        let text = failure.text.utf8
        unsafe start = .allocate(
            byteCount: Self.textOffset + text.count + 1, alignment: MemoryLayout<apus_status>.alignment)
        unsafe start.storeBytes(of: failure.kind.status, as: apus_status.self)
        var end = Self.textOffset
        for byte in text {
            // A zero within would end the text for C.
            unsafe start.storeBytes(of: byte == 0 ? UInt8(ascii: " ") : byte, toByteOffset: end, as: UInt8.self)
            end += 1
        }
        unsafe start.storeBytes(of: 0, toByteOffset: end, as: UInt8.self)
    }

    /// The object behind a handle; nil where that is NULL.
    init?(_ handle: OpaquePointer?) {
        guard let handle = unsafe handle else { return nil }
        unsafe start = UnsafeMutableRawPointer(handle)
    }

    var handle: OpaquePointer { unsafe OpaquePointer(start) }
    var status: apus_status { unsafe start.load(as: apus_status.self) }
    var text: UnsafePointer<CChar> {
        unsafe UnsafePointer((start + Self.textOffset).assumingMemoryBound(to: CChar.self))
    }

    func free() { unsafe start.deallocate() }
}

/// Does the work of a function of C, and makes a status and an error object of a failure.
///
/// - Parameter object: where the caller wants the object; NULL after success.
@inline(__always)
func reporting(
    to object: UnsafeMutablePointer<OpaquePointer?>?, _ body: () throws(Failure) -> Void
) -> apus_status {
    do {
        try body()
        unsafe object?.pointee = nil
        return apus_status(APUS_OK)
    } catch {
        unsafe object?.pointee = ErrorObject(error).handle
        return error.kind.status
    }
}

@_cdecl("apus_error_status")
public func errorStatus(_ error: OpaquePointer?) -> apus_status {
    unsafe ErrorObject(error)?.status ?? apus_status(APUS_OK)
}

@_cdecl("apus_error_text")
public func errorText(_ error: OpaquePointer?) -> UnsafePointer<CChar> {
    unsafe ErrorObject(error)?.text ?? StaticText.empty.start
}

@_cdecl("apus_error_free")
public func freeError(_ error: OpaquePointer?) {
    unsafe ErrorObject(error)?.free()
}
