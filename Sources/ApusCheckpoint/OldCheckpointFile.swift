import ApusSections

/// Checkpoints of version 2, which are read and no longer written: magic 8 B, version u32, the recipe, the progress as today,
/// then a count u32 of blocks and each as name, count u32 and f32, and last the checksum of all before it, u64. Names have counts of
/// 4 bytes.
package enum OldCheckpointFile {
    private static let headerBytes = 12
    private static let sumBytes = 8

    /// Whether bytes begin as a file of this version does.
    package static func isIn(_ bytes: RawSpan) -> Bool {
        guard CheckpointFile.format.matches(bytes), bytes.byteCount >= headerBytes else { return false }
        return bytes.byte(at: 8) == 2 && (9...11).allSatisfy { bytes.byte(at: $0) == 0 }
    }

    /// - Precondition: ``isIn(_:)``.
    static func decode(_ bytes: RawSpan) throws(SectionError) -> StoredCheckpoint {
        let end = bytes.byteCount - sumBytes
        guard end >= headerBytes else {
            throw .truncated(at: bytes.byteCount, needed: headerBytes - end, while: "the checkpoint")
        }
        var sum = ByteReader(bytes, in: end..<bytes.byteCount, part: "the checksum")
        guard try sum.read(UInt64.self) == checksum(bytes.extracting(0..<end)) else {
            throw .checksumDiffers(part: "bytes")
        }
        var reader = ByteReader(bytes, in: headerBytes..<end, part: "the checkpoint", counts: .four)
        let recipe = try reader.readName("the recipe")
        let progress = try CheckpointFile.decodeProgress(&reader)
        var state: [String: [Float]] = [:]
        for _ in 0..<(try reader.read(UInt32.self)) {
            let name = try reader.readName("the name of a block")
            let floats = try reader.readList("elements", minimum: 4) { (reader) throws(SectionError) in
                Float(bitPattern: try reader.read(UInt32.self))
            }
            state[name] = floats
        }
        try reader.finish()
        return StoredCheckpoint(recipe: recipe, progress: progress, state: state)
    }
}
