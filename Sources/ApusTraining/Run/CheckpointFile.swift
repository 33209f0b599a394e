package import ApusSections

/// The file of a checkpoint, in sections as ``SectionTable`` says.
///
///     1  recipe    text, UTF-8
///     2  progress  counts: epochs, steps of the epoch, steps, epoch of the last improvement, best epoch; f64: loss times samples,
///                  seconds, learning rate, best score; how the run ended, a name, empty where it goes on
///     3  blocks    a list of the state's blocks, by their names: name, offset in the next section u64, elements u64
///     4  elements  the f32 of each block, at a multiple of 64 bytes
///
/// Counts are 8 bytes. A list is its count and then its elements; a name is a list of UTF-8 bytes. Version 2 had no sections: see
/// `OldCheckpointFile`. `docs/FORMATS.md` has every byte.
package enum CheckpointFile {
    package static let format = SectionFormat(
        content: "checkpoint", magic: Array("APUSCKPT".utf8), version: FormatVersion(3, 0),
        sections: ["recipe", "progress", "blocks", "elements"])

    private enum Section {
        static let recipe: UInt32 = 1
        static let progress: UInt32 = 2
        static let blocks: UInt32 = 3
        static let elements: UInt32 = 4
    }

    // MARK: Writing

    package static func file(of checkpoint: Checkpoint) -> SectionFile {
        var blocks = ByteWriter()
        var elements = JoinedBytes()
        blocks.write(list: checkpoint.state.sorted { $0.key < $1.key }) { blocks, block in
            elements.align()
            blocks.write(name: block.key)
            blocks.write(count: elements.byteCount)
            blocks.write(count: block.value.count)
            elements.append(FloatBytes(block.value))
        }
        return SectionFile(
            format,
            [
                SectionFile.Section(Section.recipe, Array(checkpoint.recipe.utf8)),
                SectionFile.Section(Section.progress, encode(checkpoint.progress)),
                SectionFile.Section(Section.blocks, blocks.bytes),
                SectionFile.Section(Section.elements, elements),
            ])
    }

    private static func encode(_ progress: Progress) -> [UInt8] {
        var writer = ByteWriter()
        let rate = progress.learningRate
        for count in [progress.epoch, progress.step, progress.totalSteps, rate.lastImprovement, rate.bestEpoch] {
            writer.write(count: count)
        }
        for number in [progress.lossSum, progress.seconds, rate.base, rate.bestScore] { writer.write(number) }
        writer.write(name: progress.end?.rawValue ?? "")
        return writer.bytes
    }

    // MARK: Reading

    /// - Parameter file: the file's name, for errors.
    package static func decode(_ bytes: RawSpan, file: String) throws(TrainingError) -> Checkpoint {
        do throws(SectionError) {
            return try OldCheckpointFile.isIn(bytes) ? OldCheckpointFile.decode(bytes) : decode(bytes)
        } catch { throw .checkpoint(CheckpointError(error, file: file)) }
    }

    private static func decode(_ bytes: RawSpan) throws(SectionError) -> Checkpoint {
        let table = try SectionTable(bytes, of: format)
        try table.check(bytes)
        for entry in table.entries { try table.check(entry, in: bytes) }
        var recipe = ByteReader(bytes, in: try table.entry(Section.recipe).range, part: "the recipe")
        var progress = ByteReader(bytes, in: try table.entry(Section.progress).range, part: "the progress")
        let checkpoint = Checkpoint(
            recipe: try recipe.readText("a text"), progress: try decodeProgress(&progress),
            state: try decodeState(bytes, table))
        try progress.finish()
        return checkpoint
    }

    /// The progress, which version 2 has in the same order.
    static func decodeProgress(_ reader: inout ByteReader) throws(SectionError) -> Progress {
        let epoch = try reader.readCount("the number of epochs")
        let step = try reader.readCount("the number of steps of the epoch")
        let totalSteps = try reader.readCount("the number of steps")
        let lastImprovement = try reader.readCount("the epoch of the last improvement")
        let bestEpoch = try reader.readCount("the best epoch")
        let lossSum = try reader.readDouble()
        let seconds = try reader.readDouble()
        var rate = LearningRate(base: try reader.readDouble())
        rate.lastImprovement = lastImprovement
        rate.bestEpoch = bestEpoch
        rate.bestScore = try reader.readDouble()
        var progress = Progress(learningRate: rate)
        progress.epoch = epoch
        progress.step = step
        progress.totalSteps = totalSteps
        progress.lossSum = lossSum
        progress.seconds = seconds
        let end = try reader.readName("how the run ended")
        if !end.isEmpty {
            guard let known = TrainingEnd(rawValue: end) else { throw .unknown(what: "the end '\(end.prefix(40))'") }
            progress.end = known
        }
        return progress
    }

    private static func decodeState(
        _ bytes: RawSpan, _ table: SectionTable
    ) throws(SectionError) -> [String: [Float]] {
        let elements = try table.entry(Section.elements).range
        var reader = ByteReader(bytes, in: try table.entry(Section.blocks).range, part: "the blocks")
        let blocks = try reader.readList("blocks", minimum: 24) { (reader) throws(SectionError) in
            let start = reader.offset
            let name = try reader.readName("the name of a block")
            let offset = try reader.readCount("a block's offset")
            let count = try reader.readCount("a block's number of elements")
            guard offset % SectionTable.alignment == 0, offset <= elements.count, count <= (elements.count - offset) / 4
            else { throw .invalid(what: "the block '\(name.prefix(40))' reaches over the elements", at: start) }
            let first = elements.lowerBound + offset
            return Block(name: name, start: first, end: first + 4 * count)
        }
        try reader.finish()
        var state: [String: [Float]] = [:]
        for block in blocks {
            state[block.name] = [Float](littleEndianBytes: bytes.extracting(block.start..<block.end))
        }
        return state
    }

    /// A block of the state, and where its elements are.
    private struct Block {
        var name: String
        var start: Int
        var end: Int
    }
}

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
    static func decode(_ bytes: RawSpan) throws(SectionError) -> Checkpoint {
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
        return Checkpoint(recipe: recipe, progress: progress, state: state)
    }
}
