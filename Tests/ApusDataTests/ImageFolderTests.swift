import ApusData
import TestSupport
import Testing

@Suite struct ImageFolderTests {
    private let folder = TestFolder()

    /// Writes an image whose pixels count up from a number.
    private func image(_ name: String, channels: Int = 1, height: Int = 2, width: Int = 3, from first: UInt8 = 0)
        throws
    {
        _ = try folder.write(name, [])
        let bytes = (0..<channels * height * width).map { first &+ UInt8($0) }
        try Image(channels: channels, height: height, width: width, bytes: bytes).writePNG(to: folder.file(name))
    }

    @Test func foldersAreClassesInTheOrderOfTheirNames() throws {
        try image("dog/b.png", from: 10)
        try image("dog/a.png", from: 20)
        _ = try folder.write("cat/z.pgm", "P2 3 2 255 1 2 3 4 5 6")
        _ = try folder.write(".hidden/x", "no image")
        _ = try folder.write("dog/.hidden", "no image")
        let set = try Dataset.loadImages(folder: folder.path)
        #expect(set.classNames == ["cat", "dog"] && set.hasNamedClasses)
        #expect(set.labels == [0, 1, 1])
        #expect(set.images == .init(channels: 1, height: 2, width: 3))
        #expect(set.image(0)?.bytes == [1, 2, 3, 4, 5, 6])
        #expect(set.image(1)?.bytes.first == 20 && set.image(2)?.bytes.first == 10)
        #expect(set.preparation == .unit)
    }

    @Test func oneColorImageMakesAllColor() throws {
        try image("a/1.png", from: 1)
        try image("a/2.png", channels: 3, from: 50)
        try image("a/3.png", from: 9)
        let set = try Dataset.loadImages(folder: folder.path)
        #expect(set.images?.channels == 3)
        let first: [UInt8] = [1, 2, 3, 4, 5, 6]
        #expect(set.image(0)?.bytes == first + first + first)
        #expect(set.image(1)?.bytes == (50..<68).map { UInt8($0) })
        #expect(set.image(2)?.bytes.first == 9)
    }

    @Test func sizesAgreeOrAreBroughtToOne() throws {
        try image("a/1.png")
        try image("b/2.png", height: 4, width: 6)
        #expect(
            message { _ = try Dataset.loadImages(folder: folder.path) }
                == "\(folder.path)/b/2.png: has 6 × 4 pixels, and \(folder.path)/a/1.png has 3 × 2; "
                + "give all images one size, or have them brought to one")
        let set = try Dataset.loadImages(folder: folder.path, size: .init(height: 2, width: 3))
        #expect(set.image(0)?.bytes == [0, 1, 2, 3, 4, 5])
        // Averages of 2 × 2 pixels: 0, 1, 6, 7 make 3.5.
        #expect(set.image(1)?.bytes == [4, 6, 8, 16, 18, 20])
        #expect(Dataset.PixelSize("28x32") == .init(height: 28, width: 32))
        for text in ["28", "0x3", "ax3", "3x9000", "3x3x3", "-1x2", "3X3"] { #expect(Dataset.PixelSize(text) == nil) }
    }

    @Test func theTestHalfHasTheClassesOfTraining() throws {
        try image("b/1.png")
        let set = try Dataset.loadImages(folder: folder.path, classNames: ["a", "b", "c"])
        #expect(set.labels == [1] && set.classNames == ["a", "b", "c"])
        #expect(
            message { _ = try Dataset.loadImages(folder: folder.path, classNames: ["x", "y"]) }
                == "\(folder.path)/b: is a class that is not known: there are x, y; use the classes of the training part"
        )
    }

    @Test func saysWhatIsWrong() throws {
        #expect(
            message { _ = try Dataset.loadImages(folder: folder.path) }
                == "\(folder.path): has no folders of images in it; make one folder for each class")
        _ = try folder.write("a/.nothing", "")
        #expect(message { _ = try Dataset.loadImages(folder: folder.path) }.contains("has no image in its folders"))
        _ = try folder.write("a/notes.txt", "not an image")
        #expect(
            message { _ = try Dataset.loadImages(folder: folder.path) }
                == "\(folder.path)/a/notes.txt: is not an image that is read; give a PNG, PGM or PPM file")
        _ = try folder.write("a/notes.txt", "P5 60000 60000 255\n")
        #expect(
            message { _ = try Dataset.loadImages(folder: folder.path) }.contains("a/notes.txt: is an image of 60000")
        )
    }
}
