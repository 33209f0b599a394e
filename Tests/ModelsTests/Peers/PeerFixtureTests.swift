import Foundation
import Testing

/// The formula here and the one in `Bench/peers/fixtures/formula.py` are the same; the expected numbers were printed there.
@Suite struct PeerFixtureTests {
    private let formula = PeerFormula(salt: "")

    @Test func weightsOfAConvolutionHaveTheScaleOne() {
        let weights = formula.numbers("conv1.weight", shape: [16, 1, 3, 3], .weight)
        #expect(weights.count == 144)
        #expect(weights.prefix(3).map { $0 * 4096 } == [3723, -825, -975])
        #expect(weights.suffix(3) == [-0.851806640625, 0.849853515625, -0.786376953125])
    }

    @Test func weightsOfAWideLayerAreSmaller() {
        let weights = formula.numbers("logits.weight", shape: [10, 288], .weight)
        #expect(weights.suffix(2).map { $0 * 4096 * 8 } == [-147, -1399])
    }

    @Test func vectorsAreBelowAnEighthAndFactorsAreAboutOne() {
        let vector = formula.numbers("conv2.bias", shape: [32], .vector)
        #expect(vector.prefix(3).map { $0 * 4096 * 8 } == [87, 2399, 641])
        #expect(vector.allSatisfy { abs($0) < 0.125 })
        #expect(formula.numbers("conv2.bias", shape: [32], .factor) == vector.map { 1 + $0 })
    }

    @Test func imagesFeaturesAndLabels() {
        let images = formula.numbers("image", shape: [8, 1, 28, 28], .fraction)
        #expect(images.count == 8 * 28 * 28)
        #expect(images.prefix(2).map { $0 * 8192 } == [6039, 2729])
        #expect(images.suffix(2).map { $0 * 8192 } == [4379, 1955])
        #expect(formula.numbers("image", shape: [2], .signed) == images.prefix(2).map { 2 * $0 - 1 })
        #expect(formula.numbers("label", shape: [8], .whole, bound: 10) == [0, 5, 6, 7, 7, 6, 5, 8])
    }

    @Test func aSaltGivesOtherNumbers() {
        let salted = PeerFormula(salt: "1/").numbers("image", shape: [2], .fraction)
        #expect(salted == PeerFormula(salt: "").numbers("1/image", shape: [2], .fraction))
    }

    @Test func everyFolderIsATestedModel() throws {
        let folders = try FileManager.default.contentsOfDirectory(
            at: PeerFixture.folder, includingPropertiesForKeys: [.isDirectoryKey])
        let names = try folders.filter { try $0.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true }
            .map(\.lastPathComponent)
        #expect(names.sorted() == PeerFixture.models.sorted())
    }

    @Test func whatIsNegligibleIsComparedWithTheRest() {
        #expect(PeerDifference.relative([1, 2], [1, 4]) == 0.5)
        #expect(PeerDifference.relative([1e-9], [0], floor: 1e-3) == 1e-6)
        #expect(PeerDifference.relative([.nan], [1]) == .infinity)
        #expect(PeerDifference.relative([1], [1, 1]) == .infinity)
    }
}
