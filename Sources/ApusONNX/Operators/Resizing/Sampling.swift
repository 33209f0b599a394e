import ApusGraph

/// How elements of images are read at places between them, which are computed while the model runs.
struct Sampling {
    enum Kernel {
        case nearest, linear, cubic
    }
    /// What stands around the image.
    enum Padding {
        case zeros, border, reflection
    }

    var kernel: Kernel
    var padding: Padding
    /// Whether the corners of the image are the middles of its corner elements: then it is mirrored there, and not half an element
    /// beyond.
    var alignsCorners = false

    /// What is read for one element of the result: the number of an element of the image in row-major order, and its weight.
    struct Tap {
        var index: ValueID
        var weight: ValueID?
    }

    /// Elements read along an axis.
    private var count: Int { kernel == .nearest ? 1 : kernel == .linear ? 2 : 4 }

    /// The elements to read.
    ///
    /// - Parameters:
    ///   - places: for each dimension of the image, outermost first, where to read, in elements; their shapes are broadcast.
    ///   - extents: the dimensions of the image.
    func taps(
        _ places: [ValueID], _ extents: [Int], _ node: inout NodeImport
    ) throws(NodeFailure) -> [Tap] {
        guard extents.reduce(1, { min($0 * $1, 1 << 30) }) < 1 << 24 else {
            throw node.failure("reads from images of \(extents), which are too large to number their elements in f32")
        }
        var all = [Tap]()
        for (axis, place) in places.enumerated() {
            let own = try taps(place, extent: extents[axis], &node)
            guard axis > 0 else {
                all = own
                continue
            }
            var joined: [Tap] = []
            for outer in all {
                for inner in own { joined.append(try join(outer, inner, extent: extents[axis], &node)) }
            }
            all = joined
        }
        return all
    }

    private func join(
        _ outer: Tap, _ inner: Tap, extent: Int, _ node: inout NodeImport
    ) throws(NodeFailure) -> Tap {
        let index = try node.apply(
            .operand(0) * .constant(Double(extent)) + .operand(1), outer.index, inner.index)
        guard let first = outer.weight, let second = inner.weight else {
            return Tap(index: index, weight: outer.weight ?? inner.weight)
        }
        return Tap(index: index, weight: try node.apply(Multiply(), first, second))
    }

    /// The elements to read along one dimension.
    private func taps(_ place: ValueID, extent: Int, _ node: inout NodeImport) throws(NodeFailure) -> [Tap] {
        let last = Expression.constant(Double(extent - 1))
        let middle = Expression.operand(0)
        let first: Expression = kernel == .nearest ? .unary(.round, middle) : .unary(.floor, middle)
        let share = middle - first
        var taps: [Tap] = []
        for number in 0..<count {
            let raw = first + .constant(Double(number - (count - 1) / 2))
            let index: Expression =
                padding == .reflection ? reflected(raw, extent) : .minimum(.maximum(raw, 0), last)
            var weight = weight(number, share)
            if padding == .zeros {
                weight = .select(.maximum(raw < 0, raw > last), 0, weight ?? 1)
            }
            var tap = Tap(index: try node.apply(index, place))
            if let weight { tap.weight = try node.apply(weight, place) }
            taps.append(tap)
        }
        return taps
    }

    /// The number of an element that is mirrored at the edges until it lies between them.
    private func reflected(_ index: Expression, _ extent: Int) -> Expression {
        let (low, width) = alignsCorners ? (0.0, Double(extent - 1)) : (-0.5, Double(extent))
        guard width > 0 else { return .constant(0) * index }
        let way = Expression.binary(.modulo, index - .constant(low), .constant(2 * width))
        let mirrored = Expression.minimum(way, .constant(2 * width) - way) + .constant(low)
        return .minimum(.maximum(mirrored, 0), .constant(Double(extent - 1)))
    }

    /// The weight of tap `number`; nil for 1. Cubic: Keys, "Cubic convolution interpolation for digital image processing" (1981).
    private func weight(_ number: Int, _ share: Expression) -> Expression? {
        switch (kernel, number) {
        case (.nearest, _): return nil
        case (.linear, 0): return 1 - share
        case (.linear, _): return share
        case (.cubic, 1): return near(share)
        case (.cubic, 2): return near(1 - share)
        case (.cubic, 0): return far(1 + share)
        case (.cubic, _): return far(2 - share)
        }
    }

    private static let slope = -0.75
    private func near(_ x: Expression) -> Expression {
        (.constant(Self.slope + 2) * x - .constant(Self.slope + 3)) * x * x + 1
    }
    private func far(_ x: Expression) -> Expression {
        ((.constant(Self.slope) * x - .constant(5 * Self.slope)) * x + .constant(8 * Self.slope)) * x
            - .constant(4 * Self.slope)
    }
}

extension NodeImport {
    /// The sum of what the taps read, `[batch..., P, C]`, from `[batch..., S, C]` at places `[batch..., P]`.
    ///
    /// - Parameter batch: how many dimensions of both are first and the same.
    mutating func gather(_ taps: [Sampling.Tap], from rows: ValueID, batch: Int) throws(NodeFailure) -> ValueID {
        var sum: ValueID?
        for tap in taps {
            let indices = try apply(Unsqueeze(axes: [-1]), try apply(Cast(to: .i64), tap.index))
            var value = try apply(GatherND(batch: batch), rows, indices)
            if let weight = tap.weight {
                value = try apply(Multiply(), value, try apply(Unsqueeze(axes: [-1]), weight))
            }
            sum = try sum.map { (other) throws(NodeFailure) in try apply(Add(), other, value) } ?? value
        }
        guard let sum else { throw failure("reads nothing") }
        return sum
    }
}
