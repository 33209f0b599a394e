import ApusGraph

// Operators that resize.
extension OperatorCase {
    static let resizing: [String: Generator] = [
        "resize": { random in
            let x = value(&random, rank: 0...2)
            let axes = (0..<x.rank).filter { x.dimensions[$0].number != nil && random.chance(0.7) }
            let places = axes.map { random.chance(0.5) ? $0 : $0 - x.rank }
            let interpolation = interpolation(&random)
            if random.chance(0.5) {
                let scales = axes.map {
                    max(random.pick(0.5, 0.7, 1, 1.6, 2, 3), 1 / Double(x.dimensions[$0].number ?? 1))
                }
                return OperatorCase(
                    Resize(scales: scales, axes: places, interpolation: interpolation), [x], differentiable: [0])
            }
            let sizes = axes.map { _ in Dimension.fixed(random.integer(1...6)) }
            return OperatorCase(
                Resize(sizes: sizes, axes: places, interpolation: interpolation), [x], differentiable: [0])
        },
        "interpolate": { random in
            let (x, axis) = line(&random)
            return OperatorCase(
                Interpolate(
                    axis: axis, size: .fixed(random.integer(1...7)), scale: random.chance(0.3) ? 1.3 : nil,
                    interpolation: interpolation(&random)), [x], differentiable: [0])
        },
        "interpolate_gradient": { random in
            let (x, axis) = line(&random)
            return OperatorCase(
                InterpolateGradient(
                    axis: axis, size: .fixed(random.integer(1...7)), scale: random.chance(0.3) ? 1.3 : nil,
                    interpolation: interpolation(&random)), [x])
        },
    ]

    private static func line(_ random: inout SeededRandom) -> (TensorType, Int) {
        var x = value(&random, rank: 1...3)
        let axis = random.integer(0...x.rank - 1)
        if x.dimensions[axis].number != nil || axis == 0 { x.dimensions[axis] = .fixed(random.integer(1...7)) }
        return (x, axis)
    }

    private static func interpolation(_ random: inout SeededRandom) -> Interpolation {
        Interpolation(
            mode: random.pick(.nearest, .linear, .cubic),
            coordinates: random.pick(.halfPixel, .halfPixelSymmetric, .pytorchHalfPixel, .alignCorners, .asymmetric),
            rounding: random.pick(.preferFloor, .preferCeil, .floor, .ceil), coefficient: random.pick(-0.75, -0.5),
            excludesOutside: random.chance(0.3), antialiases: random.chance(0.3))
    }
}
