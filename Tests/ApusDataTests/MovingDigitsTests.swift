import ApusData
import Testing

@Suite struct MovingDigitsTests {
    private let size = 32

    @Test func eachVideoDependsOnSeedAndIndexAlone() {
        let videos = MovingDigits(seed: 3)
        #expect(videos.draw(17) == MovingDigits(seed: 3).draw(17))
        #expect(videos.draw(17) != MovingDigits(seed: 4).draw(17))
        #expect(videos.draw(17) != videos.draw(25))
        #expect((0..<10).map(videos.direction) == [0, 1, 2, 3, 4, 5, 6, 7, 0, 1])
        #expect(MovingDigits(seed: 1, frames: 5, size: 20).draw(0).count == 5 * 20 * 20)
    }

    /// Ink that leaves on one side comes in on the other.
    @Test func noInkIsLost() {
        let videos = MovingDigits(seed: 5)
        for index in 0..<40 {
            let masses = frames(of: videos.draw(index)).map { $0.reduce(0) { $0 + Double($1) } }
            #expect(masses[0] > 1000, "video \(index)")
            for mass in masses { #expect(abs(mass - masses[0]) < 0.02 * masses[0], "video \(index)") }
        }
    }

    /// The direction that fits best is the one that the video has: frames are moved and compared.
    @Test func theDirectionCanBeSeen() {
        let videos = MovingDigits(seed: 6)
        let steps = [(1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1)]
        var right = 0
        for index in 0..<80 {
            let frames = frames(of: videos.draw(index))
            let errors = steps.map { step in
                // Speeds of 0.8 to 2 pixels: 4 to 12 in six frames along an axis, and less by √2 along both.
                (3...12).map { distance in error(frames[0], frames[6], step.0 * distance, step.1 * distance) }.min()!
            }
            if errors.indices.min(by: { errors[$0] < errors[$1] }) == videos.direction(index) { right += 1 }
        }
        #expect(right >= 76)
    }

    /// A digit is anywhere in any frame, whatever its direction: over many videos every pixel gets the same ink.
    @Test func aFrameAloneSaysNothing() {
        let videos = MovingDigits(seed: 7)
        for direction in [0, 3] {
            for frame in [0, 7] {
                var columns = [Double](repeating: 0, count: 4)
                for index in 0..<800 {
                    let pixels = videos.draw(8 * index + direction)
                    for place in 0..<size * size {
                        columns[place % size / 8] += Double(pixels[frame * size * size + place])
                    }
                }
                let mean = columns.reduce(0, +) / 4
                for column in columns {
                    #expect(abs(column - mean) < 0.1 * mean, "direction \(direction), frame \(frame)")
                }
            }
        }
    }

    private func frames(of video: [UInt8]) -> [[UInt8]] {
        (0..<video.count / (size * size)).map { Array(video[$0 * size * size..<($0 + 1) * size * size]) }
    }

    /// The sum of squares by which `later` differs from `first` moved by whole pixels.
    private func error(_ first: [UInt8], _ later: [UInt8], _ x: Int, _ y: Int) -> Int {
        var sum = 0
        for row in 0..<size {
            for column in 0..<size {
                let from = (row - y + 2 * size) % size * size + (column - x + 2 * size) % size
                let difference = Int(later[row * size + column]) - Int(first[from])
                sum += difference * difference
            }
        }
        return sum
    }
}
