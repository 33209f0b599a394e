import ApusInstructions

/// The scores of a block of rows: which keys a row sees, and what becomes of their products.
struct AttentionScores {
    private let parameters: AttentionParameters
    private let mask: Floats?
    private let lengths: UnsafeMutablePointer<Int32>?
    private let keys: Int
    /// A row of scores has room for whole vectors.
    let rowStride: Int

    init(_ parameters: AttentionParameters, mask: Floats?, lengths: UnsafeMutableRawPointer?) {
        self.parameters = parameters
        self.mask = mask
        self.lengths = lengths?.assumingMemoryBound(to: Int32.self)
        keys = Int(parameters.keys)
        rowStride = keys + lanes
    }

    /// Keys of a sample.
    @inline(__always)
    func length(_ sample: Int) -> Int {
        guard let lengths else { return keys }
        return min(max(0, Int(lengths[sample &* Int(parameters.lengthStride)])), keys)
    }

    /// Keys that a row sees, the first ones.
    @inline(__always)
    func visible(_ row: Int, _ sample: Int) -> Int {
        let length = length(sample)
        return parameters.causal == 1 ? min(length, max(0, row + Int(parameters.causalOffset) + 1)) : length
    }

    /// The products of `rows` query rows with the packed keys, scaled.
    func product(rows: Int, keys: Int) -> MatrixProduct {
        var product = MatrixProduct(
            rows: rows, columns: keys, depth: Int(parameters.size),
            left: MatrixSteps(row: Int(parameters.query.rowStride), column: 1), right: MatrixSteps(row: 0, column: 1),
            destination: MatrixSteps(row: rowStride, column: 1))
        product.isRightPacked = true
        product.alpha = parameters.scale
        return product
    }

    /// Makes of a row of scaled products the exponentials of the scores, less their maximum, for `keys` keys: zero where the row
    /// doesn't see a key.
    ///
    /// - Returns: their sum, and the logarithm of the sum with nothing subtracted.
    func exponentials(
        _ scores: Floats, _ sample: Int, _ head: Int, row: Int, keys: Int
    ) -> (sum: Float, logarithm: Float) {
        let count = min(keys, visible(row, sample))
        let maximum = addMask(scores, sample, head, row: row, count: count)
        let shift = maximum == -.infinity ? 0 : maximum
        var sums = Vector()
        var key = 0
        while key < count {
            let power = boundedExponential(scores.vector(at: key) - Vector(repeating: shift))
            sums += power
            scores.store(power, at: key)
            key += lanes
        }
        clear(scores, from: key, to: keys)
        let sum = sumOfLanes(sums)
        if sum == 0 { return (0, -.infinity) }
        return (sum, shift + logarithm(Vector(repeating: sum))[0])
    }

    /// Makes of a row of scaled products the probabilities, with the logarithm that the forward pass stored.
    func probabilities(_ scores: Floats, _ sample: Int, _ head: Int, row: Int, keys: Int, logarithm: Float) {
        var count = min(keys, visible(row, sample))
        if logarithm == -.infinity { count = 0 }
        _ = addMask(scores, sample, head, row: row, count: count)
        var key = 0
        while key < count {
            scores.store(exponential(scores.vector(at: key) - Vector(repeating: logarithm)), at: key)
            key += lanes
        }
        clear(scores, from: key, to: keys)
    }

    @inline(__always)
    private func clear(_ scores: Floats, from first: Int, to last: Int) {
        if first < last { fill(scores + first, count: last - first, with: 0) }
    }

    /// Adds the mask, and puts −infinity into the lanes after the last key.
    ///
    /// - Returns: the maximum, in which what is not a number may be passed over.
    private func addMask(_ scores: Floats, _ sample: Int, _ head: Int, row: Int, count: Int) -> Float {
        let mask = mask.map { $0 + parameters.mask.offset(sample, head) + row &* Int(parameters.mask.rowStride) }
        var maximum = Vector(repeating: -.infinity)
        var key = 0
        while key < count {
            var score = scores.vector(at: key)
            let left = min(lanes, count - key)
            if let mask { score += maskVector(mask, key, left) }
            if left < lanes {
                score = Vector(repeating: -.infinity).replacing(with: score, where: firstLanes(left))
            }
            scores.store(score, at: key)
            maximum.replace(with: score, where: score .> maximum)
            key += lanes
        }
        return maximumLane(maximum)
    }

    @inline(__always)
    private func maskVector(_ mask: Floats, _ key: Int, _ count: Int) -> Vector {
        let step = Int(parameters.maskKeyStride)
        if step == 0 { return Vector(repeating: mask.pointee) }
        if step == 1 { return count == lanes ? mask.vector(at: key) : firstElements(mask + key, count) }
        var vector = Vector()
        for lane in 0..<count { vector[lane] = mask[(key + lane) &* step] }
        return vector
    }
}
