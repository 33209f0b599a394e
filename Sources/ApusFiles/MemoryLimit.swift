internal import Synchronization

/// How much memory a process gives what others send: a file, an image or an array, the constants of a plan that is made, and a session
/// with its inputs and outputs, each of them.
///
/// It is asked before memory is allocated whose size a file says, so that a file of a few bytes can't ask for gigabytes. Nothing else is
/// counted: what a process needs besides is little, and grows with the size of what it reads.
package enum MemoryLimit {
    private static let limit = Atomic(Int.max)

    /// Bytes that each may take; `Int.max` where nothing was said.
    package static var bytes: Int { limit.load(ordering: .relaxed) }

    /// Sets the limit of this process.
    package static func set(_ bytes: Int) { limit.store(bytes, ordering: .relaxed) }

    /// What to do where the limit stands in the way.
    package static var remedy: String { "raise the memory limit of \(bytes) bytes" }
}
