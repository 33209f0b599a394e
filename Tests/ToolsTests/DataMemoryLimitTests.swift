import TestSupport
import Testing

/// `--memory-limit`: data sets that grow beyond it are refused.
@Suite struct DataMemoryLimitTests {
    private let folder = TestFolder()

    /// A character is a number in the text, in a window, and in the window that is compared with it.
    @Test func textsToLearn() throws {
        let spec = try folder.write(
            "m.graph",
            "model m\ninput text: i32[N, 8]\noutput y = linear(embedding(text, entries: 8, width: 4), units: 8)")
        let text = try folder.write("m.txt", String(repeating: "abcdefgh", count: 30_000))
        let result = try Tool.run(
            "apus-train", [spec, "--data", text, "--out", folder.file("run"), "--memory-limit", "1M"])
        #expect(result.status == 1)
        #expect(
            result.error.contains(
                "m.txt: takes up to 2880000 bytes as windows; raise the memory limit of 1048576 bytes"),
            "\(result.error)")
    }

    @Test func imagesOfAFolder() throws {
        let spec = try folder.write("m.graph", SmallModels.spec)
        for number in 10..<35 {
            _ = try folder.write(
                "images/train/a/\(number).pgm", Array("P5 28 28 255\n".utf8) + Array(repeating: 7, count: 784))
        }
        _ = try folder.write("images/test/a/1.pgm", Array("P5 28 28 255\n".utf8) + Array(repeating: 7, count: 784))
        let result = try Tool.run(
            "apus-train",
            [spec, "--data", folder.file("images"), "--out", folder.file("run"), "--memory-limit", "64K"])
        #expect(result.status == 1)
        #expect(
            result.error.contains(
                "30.pgm: is one image too many: together they have more than 16384 pixels; make the images smaller, or "
                    + "raise the memory limit of 65536 bytes"), "\(result.error)")
    }
}
