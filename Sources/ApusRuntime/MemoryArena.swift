import Glibc

/// A block of zeroed memory, aligned to cache lines, that is freed with its owner.
///
/// In debug builds a page that can't be touched follows the block, so that a kernel that writes beyond it is caught at
/// the instruction that does so.
@safe
struct MemoryArena: ~Copyable {
    let start: UnsafeMutableRawPointer
    let size: Int
    private let mapped: Int

    static let pageSize = 4096
    private static let largePage = 2 << 20

    /// - Throws: ``SessionError`` where the system has no such memory.
    init(size: Int) throws(SessionError) {
        let rounded = max(size, 1).roundedUp(to: Self.pageSize)
        #if DEBUG
            let guardBytes = Self.pageSize
        #else
            let guardBytes = 0
        #endif
        mapped = rounded + guardBytes
        // Large blocks are made of large pages where the system has them: where a step goes through more memory than the
        // processor knows the small pages of, it would look them up again and again.
        let slack = size >= 2 * Self.largePage ? Self.largePage - Self.pageSize : 0
        guard
            let room = unsafe mmap(nil, mapped + slack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            unsafe room != MAP_FAILED
        else { throw SessionError.outOfMemory(bytes: size) }
        var block = unsafe room
        if slack > 0 {
            unsafe block = room.alignedUp(toMultipleOf: Self.largePage)
            let before = unsafe block - room
            if before > 0 { unsafe munmap(room, before) }
            if before < slack { unsafe munmap(block + mapped, slack - before) }
            unsafe madvise(block, rounded, MADV_HUGEPAGE)
        }
        #if DEBUG
            unsafe mprotect(block + rounded, guardBytes, PROT_NONE)
        #endif
        unsafe start = unsafe block
        self.size = size
    }

    deinit { unsafe munmap(start, mapped) }
}
