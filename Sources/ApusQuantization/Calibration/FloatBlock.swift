/// Memory for the numbers of a batch, which a session reads or writes.
@safe
final class FloatBlock {
    private let elements: UnsafeMutableBufferPointer<Float>

    /// Zeros.
    init(count: Int) {
        let elements = UnsafeMutableBufferPointer<Float>.allocate(capacity: max(1, count))
        unsafe elements.initialize(repeating: 0)
        unsafe self.elements = unsafe elements
    }

    deinit { unsafe elements.deallocate() }

    /// For a session, as long as the block lives.
    @unsafe var address: UnsafeMutableRawPointer {
        unsafe UnsafeMutableRawPointer(elements.baseAddress.unsafelyUnwrapped)
    }

    /// The first elements.
    func withElements<Result>(_ count: Int, _ body: (Span<Float>) -> Result) -> Result {
        unsafe body(UnsafeBufferPointer(rebasing: elements[..<count]).span)
    }
}

/// A session writes it or others read it, never both at a time.
extension FloatBlock: @unchecked Sendable {}
