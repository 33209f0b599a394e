import ApusCheckpoint
import ApusGraph
import ApusSections

// A checksum stops accidents, and not who means it: what is changed must get past it to reach the reader behind.
extension Reader {
    /// The file with the checksums that its bytes have; as it is where it has none.
    package func mended(_ file: [UInt8]) -> [UInt8] {
        switch self {
        case .model: OldSections.areIn(file.span.bytes) ? mendedOldModel(file) : SectionChecksums.mended(file)
        case .plan: SectionChecksums.mended(file)
        case .checkpoint:
            OldCheckpointFile.isIn(file.span.bytes) ? mendedOldCheckpoint(file) : SectionChecksums.mended(file)
        case .image: file.starts(with: [0x89, 0x50, 0x4E, 0x47]) ? PNGChecksums.mended(file) : file
        case .idx: GzipChecksums.mended(file)
        case .spec, .onnx, .safetensors, .array, .table, .json, .raw: file
        }
    }

    /// Models of versions 1 and 2 have one checksum, of all behind the header.
    private func mendedOldModel(_ file: [UInt8]) -> [UInt8] {
        guard file.count >= 32 else { return file }
        var mended = file
        mended.store(UInt64(file.count), at: 16, bytes: 8)
        mended.store(ModelFile.checksum(file[32...]), at: 24, bytes: 8)
        return mended
    }

    /// Checkpoints of version 2 end with the checksum of all before it.
    private func mendedOldCheckpoint(_ file: [UInt8]) -> [UInt8] {
        guard file.count >= 20 else { return file }
        var mended = file
        let end = file.count - 8
        mended.store(checksum(Array(file[..<end]).span.bytes), at: end, bytes: 8)
        return mended
    }
}
