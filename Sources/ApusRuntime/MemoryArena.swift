internal import ApusInstructions
import ApusPlan
import Glibc

/// Zeroed memory that is freed with its owner: one block, or several of one size.
///
/// In debug builds a page that can't be touched follows the last block, so that a kernel that writes beyond it is caught at
/// the instruction that does so.
@safe
package struct MemoryArena: ~Copyable {
    /// Where a page that can't be touched lies at each block, whatever the build.
    package enum Guard: Sendable, CaseIterable {
        case none
        /// At its first byte; and at the end of its last page.
        case before
        /// At its last byte, where its size is a multiple of 8; and at the start of its first page. Such a block is aligned to 8
        /// bytes alone, the others to pages.
        case behind
    }

    /// The first block.
    package let start: UnsafeMutableRawPointer
    /// Bytes of a block.
    package let size: Int
    /// Bytes from a block to the next.
    package let stride: Int
    private let mapping: UnsafeMutableRawPointer
    private let mappedBytes: Int

    static let pageSize = 4096
    private static let largePage = 2 << 20
    /// Memory of at most so many bytes has its pages from the beginning.
    private static let largestPopulated = 1 << 17

    /// - Throws: ``SessionError`` where the system has no such memory.
    init(size: Int) throws(SessionError) { try self.init(blocks: 1, of: size) }

    /// - Throws: ``SessionError`` where the system has no such memory.
    package init(blocks count: Int, of size: Int, guarding guarded: Guard = .none) throws(SessionError) {
        self.size = size
        let pages = max(size, 1).roundedUp(to: Self.pageSize)
        guard guarded == .none else {
            stride = pages + Self.pageSize
            mappedBytes = count * stride + Self.pageSize
            let room = try unsafe Self.map(mappedBytes, for: count * size)
            unsafe mapping = unsafe room
            for block in 0...count { unsafe mprotect(room + block * stride, Self.pageSize, PROT_NONE) }
            let shift = guarded == .behind ? pages - size.roundedUp(to: 8) : 0
            unsafe start = unsafe room + Self.pageSize + shift
            return
        }
        stride = pages
        let bytes = max(count, 1) * pages
        #if DEBUG
            let guardBytes = Self.pageSize
        #else
            let guardBytes = 0
        #endif
        mappedBytes = bytes + guardBytes
        // Large blocks are made of large pages where the system has them: where a step goes through more memory than the
        // processor knows the small pages of, it would look them up again and again.
        let slack = count * size >= 2 * Self.largePage ? Self.largePage - Self.pageSize : 0
        let room = try unsafe Self.map(mappedBytes + slack, for: count * size)
        var block = unsafe room
        if slack > 0 {
            unsafe block = room.alignedUp(toMultipleOf: Self.largePage)
            let before = unsafe block - room
            if before > 0 { unsafe munmap(room, before) }
            if before < slack { unsafe munmap(block + mappedBytes, slack - before) }
            unsafe madvise(block, bytes, MADV_HUGEPAGE)
        }
        #if DEBUG
            unsafe mprotect(block + bytes, guardBytes, PROT_NONE)
        #endif
        unsafe start = unsafe block
        unsafe mapping = unsafe block
    }

    /// A copy of these bytes, which nobody can write.
    init(_ bytes: AlignedBytes, guarding guarded: Guard) throws(SessionError) {
        try self.init(blocks: 1, of: bytes.count, guarding: guarded)
        unsafe start.copyMemory(from: bytes.address, byteCount: bytes.count)
        unsafe mprotect(mapping + Self.pageSize, stride - Self.pageSize, PROT_READ)
    }

    private static func map(_ bytes: Int, for size: Int) throws(SessionError) -> UnsafeMutableRawPointer {
        // Of a few pages all are touched soon: one call now instead of a fault for each then.
        let populating = bytes <= Self.largestPopulated ? MAP_POPULATE : 0
        guard
            let room = unsafe mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | populating, -1, 0),
            unsafe room != MAP_FAILED
        else { throw SessionError.outOfMemory(bytes: size) }
        return unsafe room
    }

    deinit { unsafe munmap(mapping, mappedBytes) }
}
