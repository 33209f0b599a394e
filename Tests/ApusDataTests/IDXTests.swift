import ApusData
import CZlib
import TestSupport
import Testing

/// The bytes of an IDX file of unsigned bytes.
func idx(_ shape: [Int], _ bytes: [UInt8]) -> [UInt8] {
    [0, 0, 8, UInt8(shape.count)]
        + shape.flatMap { size in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: size >> $0) } } + bytes
}

/// Writes a gzip-compressed file.
func writeCompressed(_ bytes: [UInt8], to path: String) {
    let file = gzopen(path, "wb")
    #expect(gzwrite(file, bytes, UInt32(bytes.count)) == Int32(bytes.count))
    #expect(gzclose(file) == Z_OK)
}

@Suite struct IDXTests {
    private let folder = TestFolder()

    /// The message of the error that reading these bytes throws, without the path.
    private func message(_ bytes: [UInt8], ranks: Set<Int> = [1, 3]) throws -> String {
        let path = try folder.write("x", bytes)
        let error = #expect(throws: DataError.self) { try IDX.read(path, ranks: ranks) }
        #expect(error?.file == path)
        return error.map { "\($0.problem); \($0.remedy)" } ?? ""
    }

    @Test func readsPlainAndCompressed() throws {
        let pixels = (0..<24).map { UInt8($0 * 10) }
        let bytes = idx([2, 3, 4], pixels)
        let plain = try IDX.read(folder.write("plain", bytes))
        #expect(plain.shape == [2, 3, 4] && plain.bytes == pixels)
        let path = "\(folder.path)/c.gz"
        writeCompressed(bytes, to: path)
        #expect(try IDX.read(path) == plain)
    }

    @Test func saysWhatIsWrong() throws {
        #expect(
            try message(Array("<!DOCTYPE html>".utf8))
                == "is not an IDX file: it begins with 3c 21 44 4f; an IDX file begins with 00 00 08; fetch it again")
        #expect(try message([]).hasPrefix("is not an IDX file: it begins with nothing"))
        #expect(
            try message([0, 0, 13, 1, 0, 0, 0, 1, 0, 0, 0, 0])
                == "holds elements of IDX type 0d; only unsigned bytes (type 08) are read")
        #expect(
            try message(idx([2, 2], [1, 2, 3, 4]))
                == "has 2 dimensions where 1 or 3 are needed; check that images and labels are not mistaken for each other"
        )
        #expect(try message(Array(idx([5], []).prefix(6))) == "ends within its header; fetch it again")
        #expect(
            try message(idx([2, 2, 2], [1, 2, 3]))
                == "is cut off: its header says 2 × 2 × 2 bytes and it holds 3; fetch it again")
        #expect(try message(idx([2], [1, 2, 3])) == "holds more than the 2 bytes its header says; fetch it again")
        #expect(try message(idx([0], [])) == "is empty: its header says 0; fetch it again")
        #expect(
            try message(idx([0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF], [])).hasPrefix(
                "its header says 4294967295 × 4294967295 × 4294967295 bytes, more than the 4294967296 that are read"))
        #expect(throws: DataError.self) { try IDX.read("\(folder.path)/none") }
        #expect(throws: DataError(file: folder.path, problem: "is not a regular file", remedy: "name an IDX file")) {
            try IDX.read(folder.path)
        }
    }

    @Test func compressedFileMayBeCutAnywhere() throws {
        var random = CounterRandom(seed: 1, purpose: .test)
        let bytes = idx([40, 5, 5], (0..<1000).map { _ in UInt8(truncatingIfNeeded: random.nextWord()) })
        let path = "\(folder.path)/c.gz"
        writeCompressed(bytes, to: path)
        let file = try #require(gzopen(path, "rb"))
        gzclose(file)
        let compressed = try readAll(path)
        for length in stride(from: 0, to: compressed.count, by: 7) {
            let cut = try folder.write("cut.gz", Array(compressed.prefix(length)))
            let error = #expect(throws: DataError.self, "cut at \(length)") { try IDX.read(cut) }
            #expect(error?.description.isEmpty == false)
        }
        // A small compressed file that claims what it can't hold is refused before memory is taken.
        let claim = "\(folder.path)/claim.gz"
        writeCompressed(idx([60000, 200, 200], []), to: claim)
        let error = #expect(throws: DataError.self) { try IDX.read(claim) }
        #expect(error?.problem.contains("60000 × 200 × 200 bytes and it holds") == true)
        #expect(error?.problem.hasSuffix(" compressed") == true)
    }

    @Test func anyBytesGiveAnError() throws {
        for seed in UInt64(0)..<200 {
            var random = CounterRandom(seed: seed, purpose: .test)
            var bytes = idx([3, 2, 2], (0..<12).map { UInt8($0) })
            for _ in 0..<1 + random.integer(below: 4) {
                bytes[Int(random.integer(below: UInt32(bytes.count)))] = UInt8(truncatingIfNeeded: random.nextWord())
            }
            let path = try folder.write("x", bytes)
            do throws(DataError) {
                let read = try IDX.read(path)
                #expect(read.shape.reduce(1, *) == read.bytes.count, "seed \(seed)")
            } catch { #expect(error.file == path, "seed \(seed)") }
        }
    }
}
