internal import ApusFiles
internal import ApusSections
internal import Glibc

/// Bytes that lie at a multiple of 64, where kernels use them in place: the constants of a plan, for example, of which copies of
/// the plan and all sessions of all copies share one block of memory or one mapped file.
///
/// The bytes are copied where a value is changed while others use the same ones.
@safe
package struct AlignedBytes: Sendable, Equatable, RandomAccessCollection, ExpressibleByArrayLiteral {
    private var block: Block
    package private(set) var count: Int

    /// No bytes.
    package init() {
        block = Block(capacity: 0)
        count = 0
    }

    package init(arrayLiteral elements: UInt8...) { self.init(elements) }

    /// A copy of these bytes.
    package init(_ bytes: some Collection<UInt8>) {
        self.init()
        append(contentsOf: bytes)
    }

    /// So many zeros.
    package init(zeros count: Int) {
        block = Block(capacity: count)
        unsafe block.room?.initializeMemory(as: UInt8.self, repeating: 0, count: count)
        self.count = count
    }

    /// Room for so many bytes. Who asks for it writes all of them.
    package init(uninitialized count: Int) {
        block = Block(capacity: count)
        self.count = count
    }

    /// The bytes of a range of a mapped file, whose start is a multiple of 64. The file stays mapped as long as they are used.
    init(_ range: Range<Int>, of file: MappedFile) {
        unsafe block = Block(start: file.address(of: range.lowerBound), owner: file)
        count = range.count
    }

    /// Bytes that a program consists of: they lie at a multiple of 64, and stay where they are as long as it runs.
    @unsafe
    package init(partOfProgram bytes: UnsafeRawBufferPointer) {
        block = unsafe bytes.baseAddress.map { unsafe Block(start: $0, owner: nil) } ?? Block(capacity: 0)
        count = bytes.count
    }

    /// Whether they lie in a file that is mapped.
    package var isMapped: Bool { block.owner?.isMapped == true }

    /// The path of the file that they lie in, where it was cut short since it was mapped: then some of them are zeros.
    package var fileCutShort: String? {
        guard let file = block.owner, file.isCutShort else { return nil }
        return file.path
    }

    package var startIndex: Int { 0 }
    package var endIndex: Int { count }

    package subscript(position: Int) -> UInt8 {
        precondition(position >= 0 && position < count, "byte \(position) of \(count)")
        return unsafe block.start.load(fromByteOffset: position, as: UInt8.self)
    }

    /// Where the bytes are, as long as this value or a copy of it is there and unchanged.
    package var address: UnsafeRawPointer { unsafe block.start }

    /// Where the bytes are for someone who writes them, as long as this value is there and unchanged. No other value has them.
    package mutating func mutableAddress() -> UnsafeMutableRawPointer? {
        reserve(count)
        return unsafe block.room
    }

    package mutating func append(_ byte: UInt8) {
        reserve(count + 1)
        unsafe block.room?.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
        count += 1
    }

    /// Appends bytes: in constant time for each, on average.
    package mutating func append(contentsOf bytes: some Collection<UInt8>) {
        let added = bytes.count
        reserve(count + added)
        guard let room = unsafe block.room else { return }
        let target = unsafe UnsafeMutableRawBufferPointer(start: room + count, count: added)
        unsafe target.copyBytes(from: bytes)
        count += added
    }

    package mutating func removeLast(_ removed: Int) {
        precondition(removed >= 0 && removed <= count, "\(removed) of \(count) bytes")
        count -= removed
    }

    /// Makes the block one that only this value uses, with room for `needed` bytes.
    private mutating func reserve(_ needed: Int) {
        if unsafe isKnownUniquelyReferenced(&block) && block.room != nil && needed <= block.capacity { return }
        let grown = Block(capacity: Swift.max(needed, needed > block.capacity ? 2 * block.capacity : block.capacity))
        unsafe grown.room?.copyMemory(from: block.start, byteCount: count)
        block = grown
    }

    package static func == (first: Self, second: Self) -> Bool {
        first.count == second.count && (first.block === second.block || first.elementsEqual(second))
    }

    /// Memory that is changed only by its one owner: see ``reserve(_:)``.
    @safe
    private final class Block: @unchecked Sendable {
        let start: UnsafeRawPointer
        /// The same where it may be written; nil in a mapped file.
        let room: UnsafeMutableRawPointer?
        let capacity: Int
        let owner: MappedFile?

        /// Large blocks are made of large pages where the system has them: there are fewer to ask for and to look up.
        private static let largePage = 2 << 20

        init(capacity: Int) {
            let isLarge = capacity >= 2 * Self.largePage
            let memory = UnsafeMutableRawPointer.allocate(
                byteCount: Swift.max(capacity, 64), alignment: isLarge ? Self.largePage : 64)
            if isLarge { unsafe madvise(memory, capacity, MADV_HUGEPAGE) }
            unsafe room = unsafe memory
            unsafe start = UnsafeRawPointer(memory)
            self.capacity = Swift.max(capacity, 64)
            owner = nil
        }

        init(start: UnsafeRawPointer, owner: MappedFile?) {
            unsafe self.start = unsafe start
            unsafe room = nil
            capacity = 0
            self.owner = owner
        }

        deinit { unsafe room?.deallocate() }
    }
}

extension AlignedBytes: ByteSource {
    package var byteCount: Int { count }

    package func forEachPiece<Problem: Error>(_ body: (RawSpan) throws(Problem) -> Void) throws(Problem) {
        defer { withExtendedLifetime(self) {} }
        try unsafe body(RawSpan(_unsafeStart: address, byteCount: count))
    }
}
