import ApusData
import Testing

@Suite struct AugmentationTests {
    private func prepare(
        _ augmentation: Augmentation, _ image: [UInt8], size: Int, seed: UInt64 = 1, epoch: Int = 0, sample: Int = 0
    ) throws -> [Float] {
        let augmenter = try Augmenter(augmentation, channels: 1, height: size, width: size)
        var output = [Float](repeating: .nan, count: size * size)
        var span = output.mutableSpan
        augmenter.prepare(image.span, seed: seed, epoch: epoch, sample: sample, into: &span)
        return output
    }

    private func randomImage(_ size: Int, seed: UInt64) -> [UInt8] {
        var random = CounterRandom(seed: seed, purpose: .test)
        return (0..<size * size).map { _ in UInt8(truncatingIfNeeded: random.nextWord()) }
    }

    @Test func noneIsTheImageItself() throws {
        let image = randomImage(28, seed: 1)
        #expect(try prepare(Augmentation(), image, size: 28) == image.map { Float($0) * (1 / 255) })
    }

    @Test func normalizesEachChannel() throws {
        let augmenter = try Augmenter(
            channels: 2, height: 1, width: 2, scale: 1 / 255, mean: [0.5, 0], standardDeviation: [0.25, 2])
        let image: [UInt8] = [0, 255, 0, 255]
        var output = [Float](repeating: 0, count: 4)
        var span = output.mutableSpan
        augmenter.prepare(image.span, seed: 0, epoch: 0, sample: 0, into: &span)
        for (value, expected) in zip(output, [-2, 2, 0, 0.5] as [Float]) { #expect(abs(value - expected) < 1e-6) }
    }

    @Test func shiftMovesWholePixelsAndUsesEveryPlace() throws {
        var image = [UInt8](repeating: 0, count: 81)
        image[40] = 255
        var augmentation = Augmentation()
        augmentation.shift = 2
        var places: Set<Int> = []
        for sample in 0..<500 {
            let output = try prepare(augmentation, image, size: 9, sample: sample)
            let ink = output.indices.filter { output[$0] != 0 }
            #expect(ink.count == 1 && output[ink[0]] == 1)
            places.insert(ink[0])
        }
        let expected = (-2...2).flatMap { y in (-2...2).map { x in 40 + 9 * y + x } }
        #expect(places == Set(expected))
    }

    @Test func flipMirrorsHalfOfTheImages() throws {
        let image: [UInt8] = [0, 51, 102, 153, 204, 255, 1, 2, 3]
        var augmentation = Augmentation()
        augmentation.flip = true
        let mirrored: [UInt8] = [102, 51, 0, 255, 204, 153, 3, 2, 1]
        var count = 0
        for sample in 0..<200 {
            let output = try prepare(augmentation, image, size: 3, sample: sample)
            if output == mirrored.map({ Float($0) * (1 / 255) }) {
                count += 1
            } else {
                #expect(output == image.map { Float($0) * (1 / 255) })
            }
        }
        #expect((70...130).contains(count))
    }

    /// A warp whose amounts are next to nothing must give the image back, whichever way the code takes.
    @Test func smallWarpIsTheImage() throws {
        let image = randomImage(28, seed: 3)
        for seed in UInt64(0)..<10 {
            var augmentation = Augmentation()
            augmentation.rotation = 1e-4
            augmentation.elasticity = seed % 2 == 0 ? 0 : 1e-5
            let output = try prepare(augmentation, image, size: 28, seed: seed)
            for (value, byte) in zip(output, image) { #expect(abs(value - Float(byte) / 255) < 1e-3, "seed \(seed)") }
        }
    }

    /// Far greater amounts than anyone wants: every sample must stay within the image's values.
    @Test func greatWarpStaysInBounds() throws {
        for seed in UInt64(0)..<100 {
            var random = CounterRandom(seed: seed, purpose: .test)
            let size = 1 + Int(random.integer(below: 30))
            var augmentation = Augmentation()
            augmentation.shift = random.uniform(0, 50)
            augmentation.rotation = random.uniform(0, 180)
            augmentation.scale = random.uniform(0, 0.9)
            augmentation.shear = random.uniform(0, 2)
            augmentation.elasticity = random.chance(0.5) ? random.uniform(0, 30) : 0
            augmentation.elasticSpacing = random.uniform(1, 20)
            augmentation.flip = random.chance(0.5)
            augmentation.eraseChance = 0.5
            augmentation.eraseSide = random.uniform()
            let output = try prepare(augmentation, randomImage(size, seed: seed), size: size, seed: seed)
            #expect(output.allSatisfy { $0 >= 0 && $0 <= 1 }, "seed \(seed)")
        }
    }

    /// The displacement's standard deviation is the one asked for: a ramp shows where its pixels came from.
    @Test func elasticDisplacementHasTheGivenSize() throws {
        let size = 28
        let ramp = (0..<size * size).map { UInt8($0 % size * 9) }
        var augmentation = Augmentation()
        augmentation.elasticity = 1
        var sum = 0.0
        var count = 0.0
        for sample in 0..<400 {
            let output = try prepare(augmentation, ramp, size: size, sample: sample)
            for y in 8..<20 {
                for x in 8..<20 {
                    let moved = Double(output[y * size + x]) * 255 / 9 - Double(x)
                    sum += moved * moved
                    count += 1
                }
            }
        }
        #expect(abs((sum / count).squareRoot() - 1) < 0.05)
    }

    @Test func eraseClearsOneRectangle() throws {
        var augmentation = Augmentation()
        augmentation.eraseChance = 1
        augmentation.eraseSide = 0.5
        let image = [UInt8](repeating: 255, count: 400)
        for sample in 0..<50 {
            let output = try prepare(augmentation, image, size: 20, sample: sample)
            let erased = output.indices.filter { output[$0] == 0 }
            let rows = Set(erased.map { $0 / 20 })
            let columns = Set(erased.map { $0 % 20 })
            #expect(!erased.isEmpty && erased.count == rows.count * columns.count)
            #expect(rows.count <= 11 && columns.count <= 11)
        }
    }

    @Test func dependsOnSeedEpochAndSampleAlone() throws {
        let image = randomImage(28, seed: 8)
        var augmentation = Augmentation()
        augmentation.rotation = 10
        augmentation.elasticity = 1
        let one = try prepare(augmentation, image, size: 28, seed: 4, epoch: 5, sample: 6)
        #expect(try prepare(augmentation, image, size: 28, seed: 4, epoch: 5, sample: 6) == one)
        #expect(try prepare(augmentation, image, size: 28, seed: 5, epoch: 5, sample: 6) != one)
        #expect(try prepare(augmentation, image, size: 28, seed: 4, epoch: 6, sample: 6) != one)
        #expect(try prepare(augmentation, image, size: 28, seed: 4, epoch: 5, sample: 7) != one)
    }

    @Test func refusesSenselessAmounts() {
        var augmentation = Augmentation()
        augmentation.scale = 2
        let error = #expect(throws: DataError.self) { try augmentation.check() }
        #expect(error?.description == "augmentation: scale is 2.0; give a number from 0.0 to 0.9")
        augmentation = Augmentation()
        augmentation.elasticSpacing = .nan
        #expect(throws: DataError.self) { try augmentation.check() }
        #expect(throws: DataError.self) {
            try Augmenter(channels: 3, height: 2, width: 2, mean: [1, 2], standardDeviation: [1])
        }
        #expect(throws: DataError.self) { try Augmenter(channels: 1, height: 2, width: 2, standardDeviation: [0]) }
    }
}
