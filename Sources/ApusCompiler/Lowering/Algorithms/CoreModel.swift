/// What a core does in a cycle, as the models of the convolutions' costs see it.
///
/// Measured on AMD's Zen 4 and Zen 5. (Processors that halve vectors of 512 bits do one multiply-add of these, and wait less.)
struct CoreModel {
    /// Multiply-adds of a vector.
    let multiplyAdds = 2.0
    /// Vectors and scalars that are loaded.
    let loads = 2.0
    /// Cycles from a multiply-add to the one that needs its sum: four, and a little until it is its turn.
    let latency = 4.1

    /// Cycles of a term of `sums` sums, that are in registers, for which so many vectors and scalars are loaded.
    func term(sums: Double, vectors: Double, scalars: Double) -> Double {
        max(sums / multiplyAdds, latency, (vectors + scalars) / loads)
    }
}
