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

    package static func file(of checkpoint: StoredCheckpoint) -> SectionFile {
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

    private static func encode(_ progress: StoredProgress) -> [UInt8] {
        var writer = ByteWriter()
        for count in [
            progress.epoch, progress.step, progress.totalSteps, progress.lastImprovement, progress.bestEpoch,
        ] { writer.write(count: count) }
        for number in [progress.lossSum, progress.seconds, progress.learningRate, progress.bestScore] {
            writer.write(number)
        }
        writer.write(name: progress.end)
        return writer.bytes
    }

    // MARK: Reading

    /// What the bytes of a file of any version hold. Nothing in them is believed before it is checked.
    package static func decode(_ bytes: RawSpan) throws(SectionError) -> StoredCheckpoint {
        try OldCheckpointFile.isIn(bytes) ? OldCheckpointFile.decode(bytes) : decodeSections(bytes)
    }

    private static func decodeSections(_ bytes: RawSpan) throws(SectionError) -> StoredCheckpoint {
        let table = try SectionTable(bytes, of: format)
        try table.check(bytes)
        for entry in table.entries { try table.check(entry, in: bytes) }
        var recipe = ByteReader(bytes, in: try table.entry(Section.recipe).range, part: "the recipe")
        var progress = ByteReader(bytes, in: try table.entry(Section.progress).range, part: "the progress")
        let checkpoint = StoredCheckpoint(
            recipe: try recipe.readText("a text"), progress: try decodeProgress(&progress),
            state: try decodeState(bytes, table))
        try progress.finish()
        return checkpoint
    }

    /// The progress, which version 2 has in the same order.
    static func decodeProgress(_ reader: inout ByteReader) throws(SectionError) -> StoredProgress {
        var progress = StoredProgress()
        progress.epoch = try reader.readCount("the number of epochs")
        progress.step = try reader.readCount("the number of steps of the epoch")
        progress.totalSteps = try reader.readCount("the number of steps")
        progress.lastImprovement = try reader.readCount("the epoch of the last improvement")
        progress.bestEpoch = try reader.readCount("the best epoch")
        progress.lossSum = try reader.readDouble()
        progress.seconds = try reader.readDouble()
        progress.learningRate = try reader.readDouble()
        progress.bestScore = try reader.readDouble()
        progress.end = try reader.readName("how the run ended")
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
        // Else a few bytes for each block could ask for all elements once more.
        guard blocks.reduce(0, { $0 + $1.end - $1.start }) <= elements.count else {
            throw .invalid(what: "blocks lie on one another", at: elements.lowerBound)
        }
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
