import Glibc

/// Short videos of a digit that moves in one of eight directions, each a pure function of (seed, index).
///
/// The image's opposite sides are joined: what leaves it on the right comes in on the left. The digit starts anywhere, each
/// place as likely as another, so it is anywhere in every frame, and no single frame says anything of the direction. After
/// N. Srivastava, E. Mansimov and R. Salakhutdinov, "Unsupervised Learning of Video Representations using LSTMs" (2015), section
/// 4.1, whose digits bounce. Ink is 255, paper 0. The direction of index `i` is `i % 8`.
public struct MovingDigits: Sendable {
    public let seed: UInt64
    /// Frames of a video.
    public let frames: Int
    /// Pixels along each side of a frame.
    public let size: Int
    private let digits: DigitGenerator

    /// Pixels along each side of the moved image: a digit of 28 × 28, halved.
    private static let digitSize = 14

    /// - Parameters:
    ///   - seed: other seeds give other videos.
    ///   - frames: 2...256.
    ///   - size: 16...256.
    public init(seed: UInt64, frames: Int = 8, size: Int = 32) {
        precondition((2...256).contains(frames) && (16...256).contains(size), "\(frames) frames of \(size) pixels")
        self.seed = seed
        self.frames = frames
        self.size = size
        digits = DigitGenerator(seed: seed)
    }

    /// The names of the directions: their class is the number of turns of 45° from the right to the top.
    public static let classNames = [
        "right", "right and up", "up", "left and up", "left", "left and down", "down", "right and down",
    ]

    /// The direction of ``draw(_:)`` for this index.
    public func direction(_ index: Int) -> Int { index % Self.classNames.count }

    /// Draws one video, `[frames, size, size]`. O(frames · 14²) beside the digit.
    public func draw(_ index: Int) -> [UInt8] {
        var random = CounterRandom(seed: seed, purpose: .videos, stream: UInt64(index))
        // Every digit goes in every direction.
        let digit = Self.halved(digits.pixels(index / Self.classNames.count))
        let angle = Float(direction(index)) * Float.pi / 4
        let speed = random.uniform(0.8, 2)
        let step = SIMD2(cosf(angle), -sinf(angle)) * speed
        var place = SIMD2(random.uniform(), random.uniform()) * Float(size)
        var pixels = [UInt8](repeating: 0, count: frames * size * size)
        for frame in 0..<frames {
            put(digit, at: place, into: &pixels, frame)
            place += step
        }
        return pixels
    }

    /// The mean of each 2 × 2 pixels, 0 to 1.
    private static func halved(_ pixels: [UInt8]) -> [Float] {
        let width = 2 * digitSize
        return (0..<digitSize * digitSize).map { index in
            let first = index / digitSize * 2 * width + index % digitSize * 2
            let sum = [0, 1, width, width + 1].reduce(0) { $0 + Int(pixels[first + $1]) }
            return Float(sum) / (4 * 255)
        }
    }

    /// Adds the digit with its top left corner at a place between pixels: each pixel is shared among four, by areas.
    private func put(_ digit: [Float], at place: SIMD2<Float>, into pixels: inout [UInt8], _ frame: Int) {
        let corner = place.rounded(.down)
        let part = place - corner
        let width = Self.digitSize
        func ink(_ row: Int, _ column: Int) -> Float {
            (0..<width).contains(row) && (0..<width).contains(column) ? digit[row * width + column] : 0
        }
        for row in 0...width {
            for column in 0...width {
                let upper = ink(row - 1, column - 1) * part.x + ink(row - 1, column) * (1 - part.x)
                let lower = ink(row, column - 1) * part.x + ink(row, column) * (1 - part.x)
                let value = upper * part.y + lower * (1 - part.y)
                let y = wrapped(Int(corner.y) + row)
                let x = wrapped(Int(corner.x) + column)
                pixels[(frame * size + y) * size + x] = UInt8(value * 255 + 0.5)
            }
        }
    }

    private func wrapped(_ coordinate: Int) -> Int { (coordinate % size + size) % size }
}

extension Dataset {
    /// Videos of moving digits, `[1, frames, size, size]` of bytes: those of the indices `first..<first + count`. See
    /// ``MovingDigits``.
    public static func movingDigits(
        count: Int, seed: UInt64, first: Int = 0, frames: Int = 8, size: Int = 32
    ) throws(DataError) -> Dataset {
        let generator = MovingDigits(seed: seed, frames: frames, size: size)
        var pixels: [UInt8] = []
        pixels.reserveCapacity(count * frames * size * size)
        for index in first..<first + count { pixels += generator.draw(index) }
        let directions = (first..<first + count).map { Int32(generator.direction($0)) }
        return try Dataset(
            inputs: [DataColumn(count: count, sampleShape: [1, frames, size, size], elements: .bytes(pixels))],
            targets: DataColumn(count: count, sampleShape: [], elements: .integers(directions)),
            classNames: MovingDigits.classNames, hasNamedClasses: true, preparation: .unit)
    }
}
