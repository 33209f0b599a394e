import ApusData
import Testing

@Suite struct DigitTests {
    @Test func eachDigitDependsOnSeedAndIndexAlone() throws {
        let all = try Dataset.digits(count: 40, seed: 7)
        let some = try Dataset.digits(count: 5, seed: 7, first: 20)
        #expect(all.subset(20..<25).inputs == some.inputs)
        #expect(all.subset(20..<25).labels == some.labels)
        #expect(DigitGenerator(seed: 7).draw(33).bytes == all.image(33)?.bytes)
        #expect(try Dataset.digits(count: 40, seed: 8).inputs != all.inputs)
        #expect(all.labels.prefix(12) == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1])
    }

    /// What MNIST promises of its images: a box of 20 × 20, the centre of mass in the middle, dark paper.
    @Test func lookLikeMNIST() throws {
        let digits = try Dataset.digits(count: 2000, seed: 3)
        var total = 0.0
        for index in 0..<digits.count {
            let image = try #require(digits.image(index))
            var mass = 0.0
            var x = 0.0
            var y = 0.0
            var rows: Set<Int> = []
            var columns: Set<Int> = []
            for (place, byte) in image.bytes.enumerated() where byte > 0 {
                mass += Double(byte)
                x += Double(byte) * (Double(place % 28) + 0.5)
                y += Double(byte) * (Double(place / 28) + 0.5)
                if byte > 127 {
                    rows.insert(place / 28)
                    columns.insert(place % 28)
                }
            }
            #expect(mass > 5 * 255, "digit \(index)")
            #expect(abs(x / mass - 14) < 1 && abs(y / mass - 14) < 1, "digit \(index)")
            #expect((14...22).contains(max(rows.count, columns.count)), "digit \(index)")
            total += mass
        }
        // MNIST has 0.1307.
        let mean = total / Double(digits.inputs[0].elements.count) / 255
        #expect((0.11...0.15).contains(mean))
    }

    @Test func growWithTheirSize() {
        let small = DigitGenerator(seed: 5).draw(2)
        let large = DigitGenerator(seed: 5, size: 112).draw(2)
        #expect(large.width == 112 && large.height == 112)
        let smallMean = small.bytes.reduce(0) { $0 + Double($1) } / 784
        let largeMean = large.bytes.reduce(0) { $0 + Double($1) } / 12544
        #expect(abs(smallMean - largeMean) < 5)
    }
}
