import ApusCommandLine
import ApusData
import ApusFiles
import ApusToolSupport
import ArgumentParser

@main
struct DrawDigits: Tool {
    static let configuration = CommandConfiguration(
        commandName: "draw-digits",
        abstract: "Draws handwritten-like digits as PNG images.",
        discussion: "The same seed gives the same images. They are what --data digits trains on.",
        version: "draw-digits \(apusVersion)")

    @Option(help: "How many digits: 1 to 10000.", transform: integer(in: 1...10_000))
    var count = 12

    @Option(help: "The seed: 0 or more.", transform: integer(in: 0...Int.max))
    var seed = 1

    @Option(help: "Pixels along each side of an image: 28 to 1024.", transform: integer(in: 28...1024))
    var size = 28

    @Flag(help: "Draw one image with all digits side by side.")
    var sheet = false

    @Flag(help: "Draw dark ink on light paper.")
    var paper = false

    @Option(name: [.short, .long], help: "The folder for the images, or the sheet's file.")
    var output: String

    func run() throws {
        if sheet {
            try drawSheet()
        } else {
            try drawImages()
        }
    }

    private func drawImages() throws {
        try makeFolder(output)
        let generator = DigitGenerator(seed: UInt64(seed), size: size)
        let names = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
        let width = max(2, String(count - 1).utf8.count)
        for index in 0..<count {
            let number = String(index)
            let padded = String(repeating: "0", count: width - number.utf8.count) + number
            let path = "\(output)/\(padded)-\(names[generator.digit(index)]).png"
            try finished(generator.draw(index)).writePNG(to: path)
        }
        print("\(count) images of \(size) × \(size) pixels in \(output)")
    }

    private func drawSheet() throws {
        let generator = DigitGenerator(seed: UInt64(seed), size: size)
        let columns = min(count, 20)
        let rows = (count + columns - 1) / columns
        guard columns * rows * size * size <= Image.maximumPixelCount else {
            throw UsageError("\(count) digits of \(size) pixels make too large a sheet: draw fewer or smaller ones")
        }
        var bytes = [UInt8](repeating: 0, count: rows * columns * size * size)
        for index in 0..<count {
            let digit = generator.draw(index)
            let corner = index / columns * size * columns * size + index % columns * size
            for y in 0..<size {
                for x in 0..<size { bytes[corner + y * columns * size + x] = digit.bytes[y * size + x] }
            }
        }
        let image = Image(channels: 1, height: rows * size, width: columns * size, bytes: bytes)
        try finished(image).writePNG(to: output)
        print("\(count) digits in \(output)")
    }

    private func finished(_ image: Image) -> Image {
        paper
            ? Image(
                channels: 1, height: image.height, width: image.width, bytes: image.bytes.map { 255 - $0 })
            : image
    }
}
