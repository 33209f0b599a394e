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

    /// - Throws: ``SessionError`` where the system has no such memory.
    init(size: Int) throws(SessionError) {
        let rounded = max(size, 1).roundedUp(to: Self.pageSize)
        #if DEBUG
            let guardBytes = Self.pageSize
        #else
            let guardBytes = 0
        #endif
        mapped = rounded + guardBytes
        guard
            let block = unsafe mmap(nil, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            unsafe block != MAP_FAILED
        else { throw SessionError.outOfMemory(bytes: size) }
        #if DEBUG
            unsafe mprotect(block + rounded, guardBytes, PROT_NONE)
        #endif
        unsafe start = unsafe block
        self.size = size
    }

    deinit { unsafe munmap(start, mapped) }
}
