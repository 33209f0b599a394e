import ApusGraph
import Testing

/// Lines resized by hand, and by the examples of Resize in the ONNX operator specification: there an image of 1, 2, ..., 16
/// is `1 + f(column) + 4 · f(row)`, where f is what becomes of the line 0, 1, 2, 3.
struct InterpolationTests {
    private func resized(_ line: [Double], to count: Int, scale: Double? = nil, _ interpolation: Interpolation)
        -> [Double]
    {
        let taps = interpolation.taps(input: line.count, output: count, scale: scale)
        return (0..<count).map { number in
            (0..<taps.count).reduce(0) { sum, tap in
                let place = number * taps.count + tap
                return sum + taps.weights[place] * line[taps.indices[place]]
            }
        }
    }

    private func expect(_ given: [Double], _ expected: [Double]) {
        #expect(given.count == expected.count)
        for (given, expected) in zip(given, expected) {
            #expect(abs(given - expected) < 1e-6, "\(given), not \(expected)")
        }
    }

    @Test(arguments: [
        (Interpolation.Rounding.ceil, Interpolation.Coordinates.halfPixel, [1, 2, 2, 3, 3, 4, 4, 4]),
        (.floor, .alignCorners, [1, 1, 1, 2, 2, 3, 3, 4]), (.preferCeil, .asymmetric, [1, 2, 2, 3, 3, 4, 4, 4]),
        (.preferFloor, .asymmetric, [1, 1, 2, 2, 3, 3, 4, 4]), (.floor, .halfPixel, [1, 1, 1, 2, 2, 3, 3, 4]),
    ])
    func nearest(rounding: Interpolation.Rounding, coordinates: Interpolation.Coordinates, expected: [Double]) {
        expect(resized([1, 2, 3, 4], to: 8, Interpolation(coordinates: coordinates, rounding: rounding)), expected)
    }

    @Test func linear() {
        expect(resized([1, 2], to: 4, Interpolation(mode: .linear)), [1, 1.25, 1.75, 2])
        expect(resized([1, 2], to: 4, Interpolation(mode: .linear, coordinates: .alignCorners)), [1, 4 / 3, 5 / 3, 2])
        expect(resized([1, 2, 3, 4], to: 2, scale: 0.6, Interpolation(mode: .linear)), [4 / 3, 3])
        let symmetric = Interpolation(mode: .linear, coordinates: .halfPixelSymmetric)
        expect(resized([1, 2, 3, 4], to: 2, scale: 0.6, symmetric), [5 / 3, 10 / 3])
        expect(resized([1, 2, 3, 4], to: 1, Interpolation(mode: .linear)), [2.5])
        expect(resized([1, 2, 3, 4], to: 1, Interpolation(mode: .linear, coordinates: .pytorchHalfPixel)), [1])
        expect(resized([1, 2, 3, 4], to: 1, Interpolation(mode: .linear, coordinates: .alignCorners)), [1])
    }

    @Test func cubic() {
        let line: [Double] = [0, 1, 2, 3]
        // The image's first row begins 0.47265625, 0.76953125.
        expect(Array(resized(line, to: 8, Interpolation(mode: .cubic))[..<2]), [-0.10546875, 0.19140625])
        // With the coefficient −0.5 and without what is outside: 0.55882353, 0.81494204.
        let inner = Interpolation(mode: .cubic, coefficient: -0.5, excludesOutside: true)
        expect(Array(resized(line, to: 8, inner)[..<2]), [-0.088235294, 0.167883216])
    }

    @Test func antialiasing() {
        // The images are 2.875, 4.5, 9.375, 11 and 2.5180721, 4.2858863, 9.589329, 11.357142.
        let line: [Double] = [0, 1, 2, 3]
        expect(resized(line, to: 2, scale: 0.6, Interpolation(mode: .linear, antialiases: true)), [0.375, 2])
        expect(
            resized(line, to: 2, scale: 0.6, Interpolation(mode: .cubic, antialiases: true)), [0.30361442, 2.07142862])
    }

    @Test func dimensionsAreResizedOneAfterTheOther() throws {
        let type = TensorType(.f32, shape: [1, 1, 2, 2])
        let resize = Resize(scales: [2, 2], interpolation: Interpolation(mode: .linear))
        let x = Tensor(shape: [1, 1, 2, 2], elements: [1, 2, 3, 4])
        let y = resize.evaluate(
            [x], results: try resize.infer([type]).map { $0.type.shape(batch: 1) }, context: .init())[0]
        #expect(y.shape == [1, 1, 4, 4])
        expect(y.elements, [1, 1.25, 1.75, 2, 1.5, 1.75, 2.25, 2.5, 2.5, 2.75, 3.25, 3.5, 3, 3.25, 3.75, 4])
        #expect(try resize.infer([type])[0].derivations == [nil, nil, "floor(2 × 2.0)", "floor(2 × 2.0)"])
    }
}
