/// Adds products of pairs of bf16 in twelve chains, none of which waits for another: twice ``multiplyAddsOfRound`` in a round. Its time is
/// the limit that kernels of bf16 are held against.
///
/// The word changes from round to round and weights differ, so that nothing can be computed once for all.
///
/// - Returns: what came out, so that the work can't be left out.
@inline(never)
package func bfloat16ProductRounds(_ rounds: Int) -> Float {
    var word = IntegerVector(repeating: 0x3F80_3F80)
    let step = IntegerVector(repeating: 0x0001_0001)
    let zero = IntegerVector()
    var sums: (IntegerVector, IntegerVector, IntegerVector, IntegerVector) = (zero, zero, zero, zero)
    var others: (IntegerVector, IntegerVector, IntegerVector, IntegerVector) = (zero, zero, zero, zero)
    var last: (IntegerVector, IntegerVector, IntegerVector, IntegerVector) = (zero, zero, zero, zero)
    var round = 0
    while round < rounds {
        sums.0 = TwoBFloats.addProducts(sums.0, word, IntegerVector(repeating: 0x3F80_3F00))
        sums.1 = TwoBFloats.addProducts(sums.1, word, IntegerVector(repeating: 0x3F80_3F01))
        sums.2 = TwoBFloats.addProducts(sums.2, word, IntegerVector(repeating: 0x3F80_3F02))
        sums.3 = TwoBFloats.addProducts(sums.3, word, IntegerVector(repeating: 0x3F80_3F03))
        others.0 = TwoBFloats.addProducts(others.0, word, IntegerVector(repeating: 0x3F80_3F04))
        others.1 = TwoBFloats.addProducts(others.1, word, IntegerVector(repeating: 0x3F80_3F05))
        others.2 = TwoBFloats.addProducts(others.2, word, IntegerVector(repeating: 0x3F80_3F06))
        others.3 = TwoBFloats.addProducts(others.3, word, IntegerVector(repeating: 0x3F80_3F07))
        last.0 = TwoBFloats.addProducts(last.0, word, IntegerVector(repeating: 0x3F80_3F08))
        last.1 = TwoBFloats.addProducts(last.1, word, IntegerVector(repeating: 0x3F80_3F09))
        last.2 = TwoBFloats.addProducts(last.2, word, IntegerVector(repeating: 0x3F80_3F0A))
        last.3 = TwoBFloats.addProducts(last.3, word, IntegerVector(repeating: 0x3F80_3F0B))
        word = (word &+ step) & IntegerVector(repeating: 0x3FBF_3FBF)
        round += 1
    }
    let all = (sums.0 ^ sums.1 ^ sums.2 ^ sums.3) ^ (others.0 ^ others.1 ^ others.2 ^ others.3)
    return Float(bitPattern: UInt32(truncatingIfNeeded: (all ^ last.0 ^ last.1 ^ last.2 ^ last.3)[0] & 0x3FFF_FFFF))
}
