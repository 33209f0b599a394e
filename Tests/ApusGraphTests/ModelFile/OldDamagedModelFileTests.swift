import ApusGraph
import TestSupport
import Testing

/// Files of versions 1 and 2 that are not what they should be give errors and never trap.
@Suite struct OldDamagedModelFileTests {
    /// ``SampleModel``, as version 1 had it.
    private static func file(_ format: ModelFile.WeightFormat) throws -> [UInt8] {
        try Fixture.bytes("apus/1.0/sample-\(format).apus")
    }

    private func message(_ bytes: [UInt8]) -> String {
        do {
            _ = try ModelFile.decode(bytes)
            return "no error"
        } catch {
            return error.description
        }
    }

    /// Writes the checksum that belongs to changed bytes.
    private func sealed(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        let sum = ModelFile.checksum(bytes.dropFirst(32))
        for index in 0..<8 { bytes[24 + index] = UInt8(truncatingIfNeeded: sum >> (8 * index)) }
        return bytes
    }

    @Test func damageIsFound() throws {
        let bytes = try Self.file(.f32)
        #expect(
            message(bytes.dropLast())
                == "the model file is damaged: it has \(bytes.count - 1) bytes and says \(bytes.count); "
                + "copy or export the model again")
        var flipped = bytes
        flipped[bytes.count - 1] ^= 1
        #expect(message(flipped).contains("its checksum does not match"))
        var newer = bytes
        newer[8] = 4
        #expect(
            message(newer)
                == "the model file is of version 4, and this program reads version 3; use a newer version of apus")
    }

    @Test func everyPlaceOfAFileCanBeWrong() throws {
        let bytes = try Self.file(.f16)
        for place in bytes.indices {
            var flipped = bytes
            flipped[place] ^= UInt8(1) << UInt8(place % 8)
            #expect(message(flipped) != "no error", "byte \(place)")
        }
        for length in 0..<bytes.count {
            #expect(message(Array(bytes.prefix(length))) != "no error", "length \(length)")
        }
    }

    /// With the right checksum every check behind it has its turn.
    @Test func changedFilesNeverTrap() throws {
        let bytes = try Self.file(.f16)
        let extremes: [UInt8] = [0, 1, 0x7F, 0x80, 0xFF]
        for seed in 0..<10_000 {
            var random = SeededGenerator(seed: UInt64(seed))
            var changed = bytes
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let limit = Bool.random(using: &random) ? 128 : changed.count
                let start = Int.random(in: 8..<limit, using: &random)
                let value = extremes.randomElement(using: &random) ?? 0
                let width = [1, 1, 4, 8].randomElement(using: &random) ?? 1
                for place in start..<min(start + width, changed.count) { changed[place] = value }
            }
            // What it decodes to may even be the model: the point is that nothing traps.
            _ = message(sealed(changed))
            _ = message(sealed(Array(changed.prefix(Int.random(in: 32...changed.count, using: &random)))))
        }
    }

    @Test func sizesAreCheckedBeforeTheyAreBelieved() throws {
        let bytes = try Self.file(.f32)
        func changed(_ place: Int, _ values: UInt8...) -> String {
            var copy = bytes
            for (index, value) in values.enumerated() { copy[place + index] = value }
            return message(sealed(copy))
        }
        let again = "; copy or export the model again"
        #expect(changed(12, 200) == "the model file is damaged: it says that it has 200 sections\(again)")
        #expect(changed(12, 3) == "the model file is damaged: it has no section 'weights'\(again)")
        #expect(changed(32, 2) == "the model file is damaged: section 2 is there twice\(again)")
        #expect(changed(40, 255, 255, 255, 255) == "the model file is damaged: section 1 reaches over its end\(again)")
        #expect(
            changed(47, 255) == "the model file is damaged: a size is too large in the section table\(again)")
        let labels = Int(bytes[64]) + Int(bytes[65]) * 256
        #expect(changed(labels, 255, 255) == "the model file is damaged: the bytes end too early in the labels\(again)")
        #expect(
            changed(labels + 8, 255)
                == "the model file is damaged: a text is not UTF-8 in the labels, at byte \(labels + 4)\(again)")
        let weights = Int(bytes[136]) + Int(bytes[137]) * 256
        #expect(
            changed(weights, 4)
                == "the model file is damaged: it has weights for 4 parameters, and the graph has 5\(again)")
        #expect(
            changed(weights + 8, 9)
                == "the model file has the weights 'w' in the format 9, which this program doesn't know; "
                + "use a newer version of apus, or export the model again with this one")
        #expect(changed(weights + 24, 7) == "the model file is damaged: 'w' has 7 weights and is f32[2, 3]\(again)")
        #expect(
            changed(weights + 16, 1) == "the model file is damaged: the weights 'w' reach over their section\(again)")
        let graph = Int(bytes[40]) + Int(bytes[41]) * 256
        #expect(changed(graph, 33).hasPrefix("the graph of the model file is wrong:\n1:1: error:"))
    }
}
