import ApusGraph

/// A line of elements that are read at places which only the importer knows how to find: in a region of the input.
struct PlacedLine {
    private var taps: [(indices: [Int], weights: [Double])] = []
    /// For each new element, whether it stands within the input.
    private(set) var isInside: [Bool] = []

    /// - Parameter part: where the region starts and ends, in shares of the line; nil for TensorFlow's middles of elements.
    init(_ interpolation: Interpolation, input: Int, output: Int, scale: Double?, part: (start: Double, end: Double)?) {
        // In single precision, as ONNX Runtime has it: the last digit may decide which element is the nearest.
        let scale = Float(scale ?? Double(output) / Double(input))
        let places = (0..<output).map { number -> Double in
            guard let part else { return Self.limited((Float(number) + 0.5) / scale) }
            let (start, end, last) = (Float(part.start), Float(part.end), Float(input - 1))
            return Self.limited(
                output > 1
                    ? start * last + Float(number) * (end - start) * last / Float(output - 1)
                    : 0.5 * (start + end) * last)
        }
        isInside = places.map { part == nil || (0...Double(input - 1)).contains($0) }
        for place in places {
            let (indices, weights) = Self.taps(interpolation, place, input)
            if taps.isEmpty { taps = indices.map { _ in ([], []) } }
            for (number, (index, weight)) in zip(indices, weights).enumerated() {
                taps[number].indices.append(min(max(index, 0), input - 1))
                taps[number].weights.append(weight)
            }
        }
    }

    /// A place that is a whole number's neighbour, however far it lies.
    private static func limited(_ place: Float) -> Double { place.isNaN ? -1 : Double(min(max(place, -1e9), 1e9)) }

    /// The elements that are read for one place, and their weights.
    private static func taps(_ interpolation: Interpolation, _ place: Double, _ input: Int) -> ([Int], [Double]) {
        let floor = place.rounded(.down)
        let share = place - floor
        switch interpolation.mode {
        case .nearest:
            switch interpolation.rounding {
            case .preferFloor: return ([Int((place - 0.5).rounded(.up))], [1])
            case .preferCeil: return ([Int((place + 0.5).rounded(.down))], [1])
            case .floor: return ([Int(floor)], [1])
            case .ceil: return ([Int(place.rounded(.up))], [1])
            }
        case .linear: return weighed(interpolation, Int(floor), [1 - share, share], input)
        case .cubic:
            let a = interpolation.coefficient
            func near(_ x: Double) -> Double { ((a + 2) * x - (a + 3)) * x * x + 1 }
            func far(_ x: Double) -> Double { ((a * x - 5 * a) * x + 8 * a) * x - 4 * a }
            return weighed(
                interpolation, Int(floor) - 1, [far(1 + share), near(share), near(1 - share), far(2 - share)], input)
        }
    }

    private static func weighed(
        _ interpolation: Interpolation, _ first: Int, _ weights: [Double], _ input: Int
    ) -> ([Int], [Double]) {
        let indices = weights.indices.map { first + $0 }
        guard interpolation.excludesOutside else { return (indices, weights) }
        let own = zip(indices, weights).map { (0..<input).contains($0) ? $1 : 0 }
        let sum = own.reduce(0, +)
        return (indices, sum == 0 ? own : own.map { $0 / sum })
    }

    /// The line along an axis of a value.
    func apply(to value: ValueID, axis: Int, _ node: inout NodeImport) throws(NodeFailure) -> ValueID {
        var sum: ValueID?
        for tap in taps {
            var part = try node.apply(Gather(axis: axis), value, try node.vector(tap.indices))
            if tap.weights.contains(where: { $0 != 1 }) {
                var shape = node.type(value).dimensions.map { _ in 1 }
                shape[axis] = tap.weights.count
                let weights = Tensor(shape: shape, elements: tap.weights).converted(to: node.type(value).elementType)
                part = try node.apply(Multiply(), part, try node.constant(weights))
            }
            sum = try sum.map { (other) throws(NodeFailure) in try node.apply(Add(), other, part) } ?? part
        }
        return sum ?? value
    }

    /// Where the new elements stand within the input, along an axis of so many.
    func mask(axis: Int, rank: Int, _ node: inout NodeImport) throws(NodeFailure) -> ValueID {
        var shape = Array(repeating: 1, count: rank)
        shape[axis] = isInside.count
        return try node.constant(Tensor(.bool, shape: shape, integers: isInside.map { $0 ? 1 : 0 }))
    }
}
