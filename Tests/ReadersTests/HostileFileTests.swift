import ApusCheckpoint
import ApusData
import ApusFiles
import ApusGraph
import ApusSections
import Readers
import TestSupport
import Testing

/// Files that asked for far more memory than they are worth.
@Suite struct HostileFileTests {
    private func set(_ word: UInt64, at place: Int, in file: inout [UInt8]) {
        for byte in 0..<8 { file[place + byte] = UInt8(truncatingIfNeeded: word >> UInt64(8 * byte)) }
    }

    /// Where a section begins, by its place in the table.
    private func start(ofSection number: Int, in file: [UInt8]) -> Int {
        let entry = SectionTable.headerBytes + number * SectionTable.entryBytes + 8
        return (0..<8).reduce(0) { $0 | Int(file[entry + $1]) << (8 * $1) }
    }

    /// Weights each of which is all of the section.
    @Test func weightsThatLieOnOneAnother() throws {
        let names = ["a", "b", "c", "d"]
        let text =
            "model m\ninput x: f32[N, 16]\n" + names.map { "parameter \($0): f32[16] = constant(0)\n" }.joined()
            + "output y = multiply(multiply(multiply(multiply(x, a), b), c), d)\n"
        var weights = ByteWriter()
        weights.write(list: names) { writer, _ in
            writer.write(UInt32(1))
            writer.write(UInt32(0))
            writer.write(count: 128)
            writer.write(count: 16)
        }
        weights.append(contentsOf: Array(repeating: 0, count: 128 - weights.bytes.count + 64))
        let empty = [UInt8](repeating: 0, count: 8)
        let file = SectionFile(
            ModelFile.format,
            [.init(1, Array(text.utf8)), .init(2, empty), .init(3, empty), .init(4, weights.bytes)])
        #expect(
            throws: ModelFileError(
                .damaged, "the model file is damaged: its weights lie on one another",
                remedy: "copy or export the model again")
        ) { try ModelFile.decode(file.encoded()) }
    }

    @Test func blocksOfACheckpointThatLieOnOneAnother() throws {
        let stored = StoredCheckpoint(
            recipe: "r", progress: StoredProgress(),
            state: ["a": Array(repeating: 1, count: 16), "b": Array(repeating: 2, count: 16)])
        var file = CheckpointFile.file(of: stored).encoded()
        let blocks = start(ofSection: 2, in: file)
        // A count of blocks; for each the count of its name, the name's only byte, an offset and a count. Both become all elements.
        for block in [blocks + 8, blocks + 8 + 25] {
            set(0, at: block + 9, in: &file)
            set(32, at: block + 17, in: &file)
        }
        let elements = start(ofSection: 3, in: file)
        #expect(throws: SectionError.invalid(what: "blocks lie on one another", at: elements)) {
            try CheckpointFile.decode(Reader.checkpoint.mended(file).span.bytes)
        }
    }

    /// libpng takes memory for the length of a chunk before it looks for its end.
    @Test(arguments: ["tEXt", "gAMA", "zZzZ", "PLTE"])
    func aChunkThatIsLongerThanTheFile(kind: String) throws {
        let file = try readFile(Fixture.path("../Fuzz/Corpora/image/gray.png"))
        let chunk = [0x7F, 0xFF, 0xFF, 0xFF] + Array(kind.utf8) + [0, 0, 0, 0]
        let changed = Array(file[..<33]) + chunk + file[33...]
        #expect(
            throws: DataError(
                file: "x.png",
                problem: "its PNG data is damaged: a chunk of 2147483647 bytes at byte 33 reaches over the end",
                remedy: "save the image again")
        ) { try Image.decode(changed, name: "x.png") }
    }

    /// Texts and the like are passed over, whatever they hold, and the pixels stay what they are.
    @Test func chunksThatSayNothingOfPixels() throws {
        let file = try readFile(Fixture.path("../Fuzz/Corpora/image/color.png"))
        let profile: [UInt8] = [0, 0, 0, 8] + Array("iCCPn\0\0?????".utf8) + [0, 0, 0, 0]
        let changed = Reader.image.mended(Array(file[..<33]) + profile + file[33...])
        #expect(try Image.decode(changed, name: "x") == Image.decode(file, name: "x"))
    }

    /// A line of more columns than the first one names is counted, and not kept.
    @Test func aLineOfManyColumns() throws {
        let folder = TestFolder()
        let path = try folder.write("t.csv", "a,y\n1,2\n" + String(repeating: "1,", count: 99_999) + "1\n")
        #expect(
            throws: DataError(
                file: path, problem: "line 3 has 100000 columns, and the first line names 2",
                remedy: "give each line all columns")
        ) { try Dataset.loadTable(path, labels: ["y"]) }
    }
}
