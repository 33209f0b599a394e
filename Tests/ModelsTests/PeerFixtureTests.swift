import Testing

/// The formula here and the one in `Bench/peers/make_fixture.py` are the same; the expected numbers were printed there.
@Suite struct PeerFixtureTests {
    @Test func weightsOfAConvolutionHaveTheScaleOne() {
        let weights = PeerFixture.weights(shape: [16, 1, 3, 3], name: "conv1.weight")
        #expect(weights.count == 144)
        #expect(weights.prefix(3).map { $0 * 4096 } == [3723, -825, -975])
        #expect(weights.suffix(3) == [-0.851806640625, 0.849853515625, -0.786376953125])
    }

    @Test func weightsOfAWideLayerAreSmaller() {
        let weights = PeerFixture.weights(shape: [10, 288], name: "logits.weight")
        #expect(weights.suffix(2).map { $0 * 4096 * 8 } == [-147, -1399])
    }

    @Test func biasesAreBelowAnEighth() {
        let bias = PeerFixture.weights(shape: [32], name: "conv2.bias")
        #expect(bias.prefix(3).map { $0 * 4096 * 8 } == [87, 2399, 641])
        #expect(bias.allSatisfy { abs($0) < 0.125 })
    }

    @Test func imagesAndLabels() {
        let images = PeerFixture.images()
        #expect(images.count == 8 * 28 * 28)
        #expect(images.prefix(2).map { $0 * 8192 } == [6039, 2729])
        #expect(images.suffix(2).map { $0 * 8192 } == [4379, 1955])
        #expect(PeerFixture.labels() == [0, 5, 6, 7, 7, 6, 5, 8])
    }
}
