import ApusGraph
import ApusSections
import Testing

/// Files that are not what they should be give errors and never trap.
@Suite struct DamagedModelFileTests {
    private func message(_ bytes: [UInt8]) -> String {
        do {
            _ = try ModelFile.decode(bytes)
            return "no error"
        } catch {
            return error.description
        }
    }

    /// Writes the checksums that belong to changed bytes, of all sections that still lie in the file.
    private func sealed(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        func number(_ offset: Int) -> Int { (0..<8).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) } }
        func store(_ sum: UInt64, at offset: Int) {
            for index in 0..<8 { bytes[offset + index] = UInt8(truncatingIfNeeded: sum >> UInt64(8 * index)) }
        }
        let sections = min(Int(bytes[12]), 5)
        guard bytes.count >= 32 + 32 * sections else { return bytes }
        for section in 0..<sections {
            let entry = 32 + 32 * section
            let (offset, length) = (number(entry + 8), number(entry + 16))
            guard offset >= 0, length >= 0, offset <= bytes.count, length <= bytes.count - offset else { continue }
            store(checksum(Array(bytes[offset..<offset + length]).span.bytes), at: entry + 24)
        }
        store(SectionTable.sum(of: bytes.span.bytes, sections: sections), at: 24)
        return bytes
    }

    @Test func whatIsNoModelFileIsSaid() throws {
        let expected = "this is not a model file; give a file that apus-train or apus-export has written, *.apus"
        #expect(message([]) == expected)
        #expect(message(Array("model m\ninput x: f32[N]\noutput y = relu(x)\n".utf8)) == expected)
        #expect(message(Array("APUS\n\u{1A}\n".utf8) + [UInt8](repeating: 0, count: 64)) == expected)
    }

    @Test func damageIsFound() throws {
        let bytes = try ModelFile.encode(SampleModel.make(), weights: .f32)
        let again = "; copy or export the model again"
        #expect(
            message(bytes.dropLast()) == "the model file is damaged: the bytes end too early in the sections\(again)")
        #expect(
            message(bytes + [0])
                == "the model file is damaged: bytes follow the end of the model, at byte \(bytes.count)\(again)")
        var flipped = bytes
        flipped[bytes.count - 1] ^= 1
        #expect(message(flipped) == "the model file is damaged: the checksum of its notes does not match\(again)")
        var newer = bytes
        newer[8] = 4
        #expect(
            message(newer)
                == "the model file is of version 4, and this program reads version 3; use a newer version of apus")
        newer = bytes
        newer[8] = 0
        #expect(
            message(newer) == "the model file is of version 0, and this program reads version 3; export the model again"
        )
    }

    @Test func newerMinorVersionsAreRead() throws {
        let model = try SampleModel.make()
        var bytes = try ModelFile.encode(model, weights: .f32)
        bytes[10] = 1
        #expect(try ModelFile.decode(sealed(bytes)) == model)
        // The notes, the last section, as one of a kind that is not known.
        bytes[32 + 4 * 32] = 200
        #expect(
            message(sealed(bytes))
                == "the model file has section 200, which this program doesn't know; use a newer version of apus, or "
                + "export the model again with this one")
        bytes[32 + 4 * 32 + 4] = 1
        #expect(try ModelFile.decode(sealed(bytes)) == SampleModel.make { $0.notes = [] })
    }

    @Test func everyPlaceOfAFileCanBeWrong() throws {
        let bytes = try ModelFile.encode(SampleModel.make(), weights: .f16)
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
        let bytes = try ModelFile.encode(SampleModel.make(), weights: .f16)
        let extremes: [UInt8] = [0, 1, 0x7F, 0x80, 0xFF]
        for seed in 0..<10_000 {
            var random = SeededGenerator(seed: UInt64(seed))
            var changed = bytes
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let limit = Bool.random(using: &random) ? 192 : changed.count
                let start = Int.random(in: 8..<limit, using: &random)
                let value = extremes.randomElement(using: &random) ?? 0
                let width = [1, 1, 4, 8].randomElement(using: &random) ?? 1
                for place in start..<min(start + width, changed.count) { changed[place] = value }
            }
            // What it decodes to may even be the model: the point is that nothing traps.
            _ = message(sealed(changed))
            _ = message(sealed(Array(changed.prefix(Int.random(in: 192...changed.count, using: &random)))))
        }
    }

    @Test func sizesAreCheckedBeforeTheyAreBelieved() throws {
        let bytes = try ModelFile.encode(SampleModel.make(), weights: .f32)
        func changed(_ place: Int, _ values: UInt8...) -> String {
            var copy = bytes
            for (index, value) in values.enumerated() { copy[place + index] = value }
            return message(sealed(copy))
        }
        func place(_ section: Int) -> Int { Int(bytes[32 * section + 8]) + Int(bytes[32 * section + 9]) * 256 }
        let again = "; copy or export the model again"
        #expect(changed(12, 200) == "the model file is damaged: there are 200 sections, at byte 12\(again)")
        #expect(
            changed(12, 3)
                == "the model file is damaged: the table's entry for the graph is wrong, at byte 32\(again)")
        #expect(
            changed(64, 1) == "the model file is damaged: the table's entry for the graph is wrong, at byte 64\(again)")
        #expect(
            changed(48, 255, 255, 255, 255)
                == "the model file is damaged: the table's entry for the labels is wrong, at byte 64\(again)")
        #expect(changed(55, 255).hasPrefix("the model file is damaged: a section's length is -7205759403"))
        #expect(
            changed(128, 7)
                == "the model file is damaged: the table's entry for the notes is wrong, at byte 160\(again)")
        #expect(changed(160, 7).hasPrefix("the model file has section 7, which this program doesn't know; "))
        let labels = place(2)
        #expect(changed(labels, 255, 255) == "the model file is damaged: the bytes end too early in the labels\(again)")
        #expect(
            changed(labels + 16, 255)
                == "the model file is damaged: a text is not UTF-8 in the labels, at byte \(labels + 8)\(again)")
        let weights = place(4)
        #expect(
            changed(weights, 4)
                == "the model file is damaged: it has weights for 4 parameters, and the graph has 5\(again)")
        #expect(
            changed(weights + 3, 255) == "the model file is damaged: the bytes end too early in the weights\(again)")
        #expect(
            changed(weights + 8, 9)
                == "the model file has the weights 'w' in the format 9, which this program doesn't know; use a newer "
                + "version of apus, or export the model again with this one")
        #expect(changed(weights + 24, 7) == "the model file is damaged: 'w' has 7 weights and is f32[2, 3]\(again)")
        for (offset, value) in [(16, 1), (18, 1), (21, 1)] as [(Int, UInt8)] {
            #expect(
                changed(weights + offset, value)
                    == "the model file is damaged: the weights 'w' reach over their section\(again)")
        }
        #expect(changed(place(1), 33).hasPrefix("the graph of the model file is wrong:\n1:1: error:"))
    }
}
