import Apus
import Foundation

/// The elements of an input or of an output.
protocol PortMemory: AnyObject {
    var byteCount: Int { get }

    /// All elements, as they lie.
    var data: Data { get }

    /// Takes over the first bytes of a file.
    func copy(_ data: Data)

    /// Has an input read from here. The memory must outlive the bindings' last run.
    func bindInput(_ name: String, in bindings: inout PortBindings) throws(SessionError)

    /// Has an output written to here. The memory must outlive the bindings' last run.
    func bindOutput(_ name: String, in bindings: inout PortBindings) throws(SessionError)
}

/// Zeros of an element type.
///
/// - Throws: ``WorkerError`` where Swift has no number of that type.
func zeros(of type: Apus.Port.ElementType, count: Int) throws(WorkerError) -> any PortMemory {
    switch type {
    case .f32: Elements<Float>(count: count)
    case .f16: Elements<Float16>(count: count)
    case .f64: Elements<Double>(count: count)
    case .i8: Elements<Int8>(count: count)
    case .i16: Elements<Int16>(count: count)
    case .i32: Elements<Int32>(count: count)
    case .i64: Elements<Int64>(count: count)
    case .u8: Elements<UInt8>(count: count)
    case .u16: Elements<UInt16>(count: count)
    case .u32: Elements<UInt32>(count: count)
    case .u64: Elements<UInt64>(count: count)
    case .bool: Elements<Bool>(count: count)
    case .bf16: throw WorkerError("elements of bf16 can't be bound to a port")
    }
}

/// Elements of one type. Those that caches hold are in one large page, as the peers' are: in small ones it would be a matter of
/// luck, anew in each process, which of them get into each other's way. Many are in small pages, as in most programs.
@safe
private final class Elements<Element: PortElement>: PortMemory {
    private let start: UnsafeMutablePointer<Element>
    private let count: Int

    /// Zeros.
    init(count: Int) {
        self.count = count
        let largePage = 1 << 21
        let bytes = count * MemoryLayout<Element>.stride
        let isCached = (1 << 16)...largePage ~= bytes
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: isCached ? largePage : max(bytes, 1), alignment: isCached ? largePage : 4096)
        if isCached { _ = unsafe madvise(memory, largePage, MADV_HUGEPAGE) }
        unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
        unsafe start = memory.bindMemory(to: Element.self, capacity: count)
    }

    deinit { unsafe start.deallocate() }

    private var elements: UnsafeMutableBufferPointer<Element> {
        unsafe UnsafeMutableBufferPointer(start: start, count: count)
    }

    var byteCount: Int { count * MemoryLayout<Element>.stride }

    var data: Data { unsafe Data(buffer: UnsafeBufferPointer(elements)) }

    func copy(_ data: Data) { _ = unsafe data.copyBytes(to: elements) }

    func bindInput(_ name: String, in bindings: inout PortBindings) throws(SessionError) {
        let span = unsafe UnsafeBufferPointer(elements).span
        try bindings.bind(name, to: unsafe _overrideLifetime(span, copying: ()))
    }

    func bindOutput(_ name: String, in bindings: inout PortBindings) throws(SessionError) {
        let span = unsafe elements.mutableSpan
        try bindings.bind(name, to: unsafe _overrideLifetime(span, copying: ()))
    }
}
