/// Three vectors of a row that a kernel of three columns sees, or three weights.
struct Triple {
    let first, second, third: Vector

    @inline(__always)
    init(first: Vector, second: Vector, third: Vector) {
        self.first = first
        self.second = second
        self.third = third
    }

    /// Three vectors of which the first has the given number.
    @inline(__always)
    init(_ vectors: Floats, _ number: Int) {
        first = vectors.vector(at: number * lanes)
        second = vectors.vector(at: (number + 1) * lanes)
        third = vectors.vector(at: (number + 2) * lanes)
    }

    /// The sum with the three products added to it.
    @inline(__always)
    func added(to sum: Vector, times weights: Triple) -> Vector {
        multiplyAdd(
            multiplyAdd(multiplyAdd(sum, weights.first, first), weights.second, second), weights.third, third)
    }
}
