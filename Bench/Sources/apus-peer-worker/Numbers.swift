import Foundation

/// Numbers in single precision. Those that caches hold are in one large page, as the peers' are: in small ones it would be a matter of
/// luck, anew in each process, which of them get into each other's way. Many numbers are in small pages, as in most programs.
@safe
final class Numbers {
    private let start: UnsafeMutablePointer<Float>
    private let count: Int

    /// Zeros.
    init(count: Int) {
        self.count = count
        let largePage = 1 << 21
        let bytes = count * MemoryLayout<Float>.stride
        let isCached = (1 << 16)...largePage ~= bytes
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: isCached ? largePage : max(bytes, 1), alignment: isCached ? largePage : 4096)
        if isCached { _ = unsafe madvise(memory, largePage, MADV_HUGEPAGE) }
        unsafe start = memory.bindMemory(to: Float.self, capacity: count)
        unsafe start.initialize(repeating: 0, count: count)
    }

    deinit { unsafe start.deallocate() }

    /// Takes over the first bytes of a file of f32.
    func copy(_ data: Data) {
        unsafe data.copyBytes(to: UnsafeMutableBufferPointer(start: start, count: count))
    }

    var data: Data { unsafe Data(buffer: UnsafeBufferPointer(start: start, count: count)) }

    func read<Problem: Error>(_ body: (Span<Float>) throws(Problem) -> Void) throws(Problem) {
        try body(unsafe UnsafeBufferPointer(start: start, count: count).span)
    }

    func change<Problem: Error>(_ body: (inout MutableSpan<Float>) throws(Problem) -> Void) throws(Problem) {
        var span = unsafe UnsafeMutableBufferPointer(start: start, count: count).mutableSpan
        try body(&span)
    }
}
