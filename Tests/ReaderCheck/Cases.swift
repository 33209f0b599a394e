import Readers
import TestSupport

/// What is read: each truncation of each valid file, then files that were changed at random. A case depends on the seed, its number and
/// the files alone.
struct Cases {
    let subject: Subject
    let seed: UInt64
    /// Lengths of all files before each, the files themselves being the longest of their truncations.
    private let starts: [Int]
    /// Truncations, and the files as they are.
    let truncationCount: Int

    init(_ subject: Subject, seed: UInt64) {
        self.subject = subject
        self.seed = seed
        var starts: [Int] = []
        var count = 0
        for file in subject.files {
            starts.append(count)
            count += file.count + 1
        }
        self.starts = starts
        truncationCount = count
    }

    /// Whether the case is a valid file as it is.
    func isWhole(_ number: Int) -> Bool {
        guard number < truncationCount, let file = starts.lastIndex(where: { $0 <= number }) else { return false }
        return number - starts[file] == subject.files[file].count
    }

    /// The bytes of a case. Every second one of those that were changed has its checksums mended.
    func bytes(of number: Int) -> [UInt8] {
        if number < truncationCount, let file = starts.lastIndex(where: { $0 <= number }) {
            return Array(subject.files[file].prefix(number - starts[file]))
        }
        let random = SplitMix64(seed: seed &+ UInt64(number) &* 0xD1B5_4A32_D192_ED03)
        var mutation = Mutation(random)
        let bytes = mutation.bytes(of: subject.files)
        return number.isMultiple(of: 2) ? subject.mended(bytes) : bytes
    }
}
