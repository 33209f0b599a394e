import ApusGraph
import Glibc

extension OperatorTable {
    static let fourier: [OperatorEntry] = [
        OperatorEntry("DFT", since: 17) { node throws(NodeFailure) in
            let axis = try node.int("axis", default: 1)
            try node.takeTransform(axis)
        },
        OperatorEntry("DFT", since: 20) { node throws(NodeFailure) in
            let axis = node.has(2) ? try node.integers(2, "the axis").first : nil
            try node.takeTransform(axis ?? -2)
        },
        OperatorEntry("STFT", since: 17) { node throws(NodeFailure) in try node.takeShortTransform() },
    ]
}

/// A discrete Fourier transform of a part of a signal, or of all and zeros behind it.
private struct FourierTransform {
    /// Elements of the signal that are there.
    var count: Int
    /// Elements of the whole period.
    var length: Int
    /// Whether the signal has imaginary parts.
    var isComplex: Bool
    var isInverse: Bool
    /// Whether of a spectrum that is symmetric only the first half is there.
    var isHalf: Bool

    /// Whether the result has no imaginary parts.
    var isReal: Bool { isInverse && isHalf }
    var resultCount: Int { isHalf && !isInverse ? length / 2 + 1 : length }
    var resultParts: Int { isReal ? 1 : 2 }

    /// Rows and columns of the matrix.
    var size: (rows: Int, columns: Int) { (count * (isComplex ? 2 : 1), resultCount * resultParts) }

    /// What a signal, its parts in turn, is multiplied by: a column for each part of each element of the result.
    var matrix: Tensor {
        let (rows, columns) = size
        var elements: [Double] = []
        elements.reserveCapacity(rows * columns)
        for source in 0..<count {
            for isImaginary in isComplex ? [false, true] : [false] {
                for result in 0..<resultCount {
                    let weight = self.weight(source)
                    let angle = (isInverse ? 2 : -2) * Double.pi * Double(source * result % length) / Double(length)
                    // The parts of i^k · e^(i · angle), k being 1 for imaginary parts.
                    elements.append(weight * (isImaginary ? -sin(angle) : cos(angle)))
                    if !isReal { elements.append(weight * (isImaginary ? cos(angle) : sin(angle))) }
                }
            }
        }
        return Tensor(shape: [rows, columns], elements: elements)
    }

    private func weight(_ source: Int) -> Double {
        guard source < (isReal ? length / 2 + 1 : length) else { return 0 }
        guard isInverse else { return 1 }
        // What is symmetric counts twice.
        return (isHalf && source > 0 && 2 * source < length ? 2 : 1) / Double(length)
    }
}

extension NodeImport {
    fileprivate mutating func takeTransform(_ axisNumber: Int) throws(NodeFailure) {
        let x = try input(0)
        let axis = try axis(axisNumber, rank: rank(x))
        let length = has(1) ? try integers(1, "the length of the transform").first : nil
        let (isInverse, isHalf) = (try flag("inverse"), try flag("onesided"))
        guard axis < rank(x) - 1 else { throw failure("transforms the axis of the parts") }
        finish(try transformed(x, axis, length: length, isInverse: isInverse, isHalf: isHalf))
    }

    /// The transform along an axis of a value whose last dimension is that of the real and imaginary parts.
    private mutating func transformed(
        _ x: ValueID, _ axis: Int, length: Int?, isInverse: Bool, isHalf: Bool
    ) throws(NodeFailure) -> ValueID {
        let dimensions = type(x).dimensions
        let known = try numbers([dimensions[axis], dimensions[dimensions.count - 1]], "a dimension of the signal")
        let period = length ?? (isInverse && isHalf ? 2 * (known[0] - 1) : known[0])
        let transform = FourierTransform(
            count: known[0], length: period, isComplex: known[1] == 2, isInverse: isInverse, isHalf: isHalf)
        guard [1, 2].contains(known[1]), period >= 1, period <= 1 << 24, isInverse || !isHalf || known[1] == 1,
            known[0] * known[1] * 2 * period <= 1 << 25
        else { throw failure("transforms \(type(x)) with the length \(period)") }
        try requireRoom(elements: transform.size.rows * transform.size.columns)
        // The axis beside the parts, so that both together are multiplied by a matrix.
        let last = dimensions.count - 1
        let order = dimensions.indices.filter { $0 != axis && $0 != last } + [axis, last]
        let rest = order.dropLast(2).map { dimensions[$0] }
        let rows = try reshape(transpose(single(x), order), rest + [.fixed(known[0] * known[1])])
        let product = try apply(MatMul(), matrix(rows), constant(transform.matrix))
        let result = try reshape(product, rest + [.fixed(transform.resultCount), .fixed(transform.resultParts)])
        let back = dimensions.indices.map { place in order.firstIndex(of: place) ?? place }
        return try cast(transpose(result, back), to: type(x).elementType)
    }

    /// A vector as a matrix of one row.
    private mutating func matrix(_ rows: ValueID) throws(NodeFailure) -> ValueID {
        rank(rows) > 1 ? rows : try apply(Unsqueeze(axes: [0]), rows)
    }

    /// The transforms of windows that begin in equal distances.
    fileprivate mutating func takeShortTransform() throws(NodeFailure) {
        let x = try input(0)
        guard rank(x) == 3 else { throw failure("transforms \(type(x)), which has not three dimensions") }
        let window = try optionalInput(2)
        let count = try numbers([type(x).dimensions[1]], "the length of the signal")[0]
        var length = count
        if has(3) {
            length = try integers(3, "the length of the windows").first ?? 0
        } else if let window {
            length = try numbers(type(window).dimensions.prefix(1), "the length of the window").first ?? 0
        }
        let step = try integers(1, "the distance of windows").first ?? 0
        guard (1...count).contains(length), step >= 1, window.map({ type($0).shape == [length] }) ?? true else {
            throw failure("can't cut windows of \(length) in steps of \(step) from \(count) elements")
        }
        let windows = (count - length) / step + 1
        guard windows * length <= 1 << 22 else { throw failure("has \(windows) windows of \(length)") }
        try requireRoom(elements: windows * length)
        let starts = Array(stride(from: 0, through: count - length, by: step))
        let places = starts.flatMap { start in start..<start + length }
        let indices = try constant(Tensor(.i64, shape: [starts.count, length], integers: places))
        var frames = try apply(Gather(axis: 1), x, indices)
        if let window { frames = try apply(Multiply(), frames, apply(Unsqueeze(axes: [1]), window)) }
        let isHalf = try flag("onesided", default: true)
        finish(try transformed(frames, 2, length: length, isInverse: false, isHalf: isHalf))
    }
}
