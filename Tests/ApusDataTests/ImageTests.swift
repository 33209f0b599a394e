import ApusData
import ApusGraph
import TestSupport
import Testing

@Suite struct ImageTests {
    private let folder = TestFolder()

    private func randomImage(_ random: inout CounterRandom) -> Image {
        let channels = random.chance(0.5) ? 1 : 3
        let height = 1 + Int(random.integer(below: 20))
        let width = 1 + Int(random.integer(below: 20))
        return Image(
            channels: channels, height: height, width: width,
            bytes: (0..<channels * height * width).map { _ in UInt8(truncatingIfNeeded: random.nextWord()) })
    }

    private func message(_ bytes: [UInt8]) -> String {
        let error = #expect(throws: DataError.self) { try Image.decode(bytes, name: "x") }
        return error?.description ?? ""
    }

    @Test func pngComesBack() throws {
        let path = "\(folder.path)/image"
        for seed in UInt64(0)..<40 {
            var random = CounterRandom(seed: seed, purpose: .test)
            let image = randomImage(&random)
            try image.writePNG(to: path)
            #expect(try Image.read(path) == image, "seed \(seed)")
        }
    }

    @Test func readsNetpbm() throws {
        let plain = Array("P2 # a comment\n2 2\n#another\n15\n0 15\n5 10 ".utf8)
        #expect(
            try Image.decode(plain, name: "x") == Image(channels: 1, height: 2, width: 2, bytes: [0, 255, 85, 170]))
        let raw = Array("P5\n3 1\n255\n".utf8) + [1, 2, 3]
        #expect(try Image.decode(raw, name: "x") == Image(channels: 1, height: 1, width: 3, bytes: [1, 2, 3]))
        let wide = Array("P5 2 1 65535 ".utf8) + [0xFF, 0xFF, 0x80, 0x00]
        #expect(try Image.decode(wide, name: "x") == Image(channels: 1, height: 1, width: 2, bytes: [255, 128]))
        let color = Array("P6 2 1 255\n".utf8) + [1, 2, 3, 4, 5, 6]
        #expect(
            try Image.decode(color, name: "x") == Image(channels: 3, height: 1, width: 2, bytes: [1, 4, 2, 5, 3, 6]))
        let text = Array("P3 1 1 255 9 8 7".utf8)
        #expect(try Image.decode(text, name: "x") == Image(channels: 3, height: 1, width: 1, bytes: [9, 8, 7]))
    }

    @Test func saysWhatIsWrong() throws {
        #expect(message([]) == "x: is empty; give a PNG, PGM or PPM file")
        #expect(message(Array("GIF89a".utf8)) == "x: is not an image that is read; give a PNG, PGM or PPM file")
        #expect(
            message(Array("P5 4 4 255\n123".utf8))
                == "x: its Netpbm data is damaged: it is cut off: 4 × 4 pixels do not fit into 3 bytes; "
                + "save the image again")
        #expect(
            message(Array("P5 100000 100000 255\n".utf8))
                == "x: is an image of 100000 × 100000 pixels, more than the 67108864 that are read; make it smaller first"
        )
        #expect(message(Array("P5 99999999999999999999 1 255\n".utf8)).contains("its width is above 1073741824"))
        #expect(message(Array("P2 1 1 7 8".utf8)).contains("a sample is 8, above the maximum value 7"))
        #expect(message(Array("P2 1 1 0 0".utf8)).contains("its maximum value is 0"))
        #expect(message(Array("P2 0 1 1 0".utf8)) == "x: is an image of 0 × 1 pixels")
        let folderError = #expect(throws: DataError.self) { try Image.read(folder.path) }
        #expect(folderError?.problem == "is a folder, not a file")
    }

    @Test func damagedFilesGiveAnError() throws {
        var random = CounterRandom(seed: 1, purpose: .test)
        let path = "\(folder.path)/image"
        try randomImage(&random).writePNG(to: path)
        let bytes = try readAll(path)
        for length in 0..<bytes.count - 12 {
            #expect(throws: DataError.self, "\(length) bytes") {
                try Image.decode(Array(bytes.prefix(length)), name: "x")
            }
        }
        for seed in UInt64(0)..<300 {
            var random = CounterRandom(seed: seed, purpose: .test)
            var changed = bytes
            for _ in 0..<3 {
                changed[Int(random.integer(below: UInt32(bytes.count)))] = UInt8(truncatingIfNeeded: random.nextWord())
            }
            // Either is right; only a crash is wrong.
            _ = try? Image.decode(changed, name: "x")
        }
    }
}

@Suite struct InputPreparationTests {
    @Test func sameSizeIsScaledOnly() throws {
        let image = Image(channels: 1, height: 2, width: 2, bytes: [0, 51, 102, 255])
        let values = try InputPreparation.unit.prepare(image, channels: 1, height: 2, width: 2)
        for (value, expected) in zip(values, [0, 0.2, 0.4, 1] as [Float]) { #expect(abs(value - expected) < 1e-6) }
        let normalized = try InputPreparation(mean: [0.2], standardDeviation: [0.5]).prepare(
            image, channels: 1, height: 2, width: 2)
        for (value, expected) in zip(normalized, [-0.4, 0, 0.4, 1.6] as [Float]) {
            #expect(abs(value - expected) < 1e-6)
        }
    }

    @Test func shrinkingAveragesAndGrowingInterpolates() throws {
        let image = Image(channels: 1, height: 2, width: 4, bytes: [10, 30, 50, 70, 20, 40, 60, 80])
        let raw = try InputPreparation(scale: 1)
        #expect(try raw.prepare(image, channels: 1, height: 1, width: 2) == [25, 65])
        let line = Image(channels: 1, height: 1, width: 2, bytes: [0, 100])
        #expect(try raw.prepare(line, channels: 1, height: 1, width: 4) == [0, 25, 75, 100])
        // The mean stays, whatever the ratio.
        for seed in UInt64(0)..<30 {
            var random = CounterRandom(seed: seed, purpose: .test)
            let height = 5 + Int(random.integer(below: 30))
            let width = 5 + Int(random.integer(below: 30))
            let bytes = (0..<height * width).map { _ in UInt8(truncatingIfNeeded: random.nextWord()) }
            let image = Image(channels: 1, height: height, width: width, bytes: bytes)
            let small = try raw.prepare(image, channels: 1, height: 5, width: 5)
            let mean = bytes.reduce(0) { $0 + Float($1) } / Float(bytes.count)
            #expect(abs(small.reduce(0, +) / 25 - mean) < 0.01, "seed \(seed)")
        }
    }

    @Test func convertsChannels() throws {
        let raw = try InputPreparation(scale: 1)
        let color = Image(channels: 3, height: 1, width: 3, bytes: [255, 0, 0, 0, 255, 0, 0, 0, 255])
        #expect(try raw.prepare(color, channels: 1, height: 1, width: 3) == [76, 150, 29])
        let gray = Image(channels: 1, height: 1, width: 1, bytes: [9])
        #expect(try raw.prepare(gray, channels: 3, height: 1, width: 1) == [9, 9, 9])
        let error = #expect(throws: DataError.self) { try raw.prepare(color, channels: 2, height: 1, width: 1) }
        #expect(error?.problem == "an image of 3 channels can't be made into an input of 2")
    }

    @Test func invertsInkOnPaper() throws {
        var paper = [UInt8](repeating: 255, count: 25)
        paper[12] = 0
        let image = Image(channels: 1, height: 5, width: 5, bytes: paper)
        let negative = Image(channels: 1, height: 5, width: 5, bytes: paper.map { 255 - $0 })
        func ink(_ image: Image, _ invert: InputPreparation.Invert) throws -> Float {
            try InputPreparation(invert: invert).prepare(image, channels: 1, height: 5, width: 5)[12]
        }
        #expect(try ink(image, .auto) == 1)
        #expect(try ink(negative, .auto) == 1)
        #expect(try ink(image, .always) == 1)
        #expect(try ink(negative, .always) == 0)
        #expect(try ink(image, .never) == 0)
    }

    @Test func fitKeepsProportions() throws {
        let image = Image(channels: 1, height: 2, width: 4, bytes: [UInt8](repeating: 200, count: 8))
        let fitted = try InputPreparation(scale: 1, resize: .fit).prepare(image, channels: 1, height: 4, width: 4)
        #expect(fitted == [0, 0, 0, 0, 200, 200, 200, 200, 200, 200, 200, 200, 0, 0, 0, 0])
    }

    @Test func fieldsComeBack() throws {
        for preparation in [
            InputPreparation.unit, .lightOnDark,
            try InputPreparation(scale: 0.1, mean: [0.1307, 2], standardDeviation: [0.3, 1e-7], invert: .always),
        ] {
            #expect(try InputPreparation(fields: preparation.fields) == preparation)
        }
        #expect(try InputPreparation(fields: []) == .unit)
    }

    @Test(arguments: [
        ("scale", "x", "input preparation: scale is 'x'; give a number"),
        ("scale", "0", "input preparation: scale is 0.0; give a number other than 0"),
        ("scale", "nan", "input preparation: scale is nan; give a number other than 0"),
        ("mean", "1,,2", "input preparation: mean is '1,,2'; give numbers with commas between them"),
        ("mean", "inf", "input preparation: mean is inf; give finite numbers"),
        ("standard_deviation", "0", "input preparation: standard deviation is 0.0; give numbers greater than 0"),
        ("resize", "crop", "input preparation: resize is 'crop'; give stretch or fit"),
        ("invert", "yes", "input preparation: invert is 'yes'; give auto, always or never"),
        (
            "size", "1",
            "input preparation: 'size' is not known; use scale, mean, standard_deviation, resize and invert"
        ),
    ]) func saysWhatIsWrong(name: String, value: String, message: String) {
        let error = #expect(throws: DataError.self) {
            try InputPreparation(fields: [.init(name: name, value: value)])
        }
        #expect(error?.description == message)
    }
}
