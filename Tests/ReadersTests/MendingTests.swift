import ApusFiles
import Readers
import TestSupport
import Testing

/// The checksums of changed files are mended as the formats have them: so changes reach what is behind.
@Suite struct MendingTests {
    /// Files with a checksum, and a byte of it that is no other field's.
    private static let files: [(reader: Reader, file: String, place: Int)] = [
        (.model, "Fixtures/apus/1.0/sample-f32.apus", 24), (.model, "Fixtures/apus/2.0/constants.apus", 31),
        (.model, "Fixtures/apus/3.0/constants.apus", 24), (.model, "Fixtures/apus/3.0/sample-f16.apus", 32 + 24),
        (.plan, "Fixtures/plan/12.0/x86-64.plan", 25), (.plan, "Fixtures/plan/12.0/training.plan", 32 + 32 + 31),
        (.checkpoint, "Fixtures/checkpoint/2.0/sample.checkpoint", 349),
        (.checkpoint, "Fixtures/checkpoint/3.0/sample.checkpoint", 32 + 3 * 32 + 24),
        // The checksum of the first chunk of a PNG, and that behind the content of a gzip file of 8 bytes of trailer.
        (.image, "Fuzz/Corpora/image/gray.png", 8 + 8 + 13), (.idx, "Fuzz/Corpora/idx/labels.gz", 32 - 8),
    ]

    @Test(arguments: files.indices)
    func aWrongChecksumIsMended(index: Int) throws {
        let (reader, file, place) = Self.files[index]
        let bytes = try readFile(Fixture.path("../\(file)"))
        #expect(reader.read(bytes), "\(file)")
        var wrong = bytes
        wrong[place] ^= 0x40
        #expect(!reader.read(wrong), "\(file)")
        #expect(reader.mended(wrong) == bytes, "\(file)")
        #expect(reader.mended(bytes) == bytes, "\(file)")
    }

    /// Whatever the bytes are, mending them comes to an end.
    @Test(arguments: Reader.allCases)
    func anythingCanBeMended(reader: Reader) throws {
        var random = SplitMix64(seed: 5)
        for file in Self.files where file.reader == reader {
            let bytes = try readFile(Fixture.path("../\(file.file)"))
            for length in 0..<bytes.count {
                var changed = Array(bytes.prefix(length))
                if length > 0 {
                    changed[Int.random(in: 0..<length, using: &random)] = .random(in: 0...255, using: &random)
                }
                #expect(reader.mended(changed).count == length, "seed 5, \(file.file), \(length) bytes")
            }
        }
    }
}
