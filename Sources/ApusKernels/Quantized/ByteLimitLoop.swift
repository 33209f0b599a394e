/// Adds products of bytes in twelve chains, none of which waits for another: four times ``multiplyAddsOfRound`` in a round. Its time
/// is the limit that kernels of bytes are held against.
///
/// The word changes from round to round and weights differ, so that nothing can be computed once for all.
///
/// - Returns: what came out, so that the work can't be left out.
@inline(never)
package func byteProductRounds(_ rounds: Int) -> Int32 {
    var word = IntegerVector(repeating: 0x0102_0304)
    let step = IntegerVector(repeating: 0x0101_0101)
    var sum0 = IntegerVector(repeating: 0)
    var sum1 = IntegerVector(repeating: 1)
    var sum2 = IntegerVector(repeating: 2)
    var sum3 = IntegerVector(repeating: 3)
    var sum4 = IntegerVector(repeating: 4)
    var sum5 = IntegerVector(repeating: 5)
    var sum6 = IntegerVector(repeating: 6)
    var sum7 = IntegerVector(repeating: 7)
    var sum8 = IntegerVector(repeating: 8)
    var sum9 = IntegerVector(repeating: 9)
    var sum10 = IntegerVector(repeating: 10)
    var sum11 = IntegerVector(repeating: 11)
    var round = 0
    while round < rounds {
        sum0 = FourBytes.addProducts(sum0, word, IntegerVector(repeating: 0x0102_0310))
        sum1 = FourBytes.addProducts(sum1, word, IntegerVector(repeating: 0x0102_0311))
        sum2 = FourBytes.addProducts(sum2, word, IntegerVector(repeating: 0x0102_0312))
        sum3 = FourBytes.addProducts(sum3, word, IntegerVector(repeating: 0x0102_0313))
        sum4 = FourBytes.addProducts(sum4, word, IntegerVector(repeating: 0x0102_0314))
        sum5 = FourBytes.addProducts(sum5, word, IntegerVector(repeating: 0x0102_0315))
        sum6 = FourBytes.addProducts(sum6, word, IntegerVector(repeating: 0x0102_0316))
        sum7 = FourBytes.addProducts(sum7, word, IntegerVector(repeating: 0x0102_0317))
        sum8 = FourBytes.addProducts(sum8, word, IntegerVector(repeating: 0x0102_0318))
        sum9 = FourBytes.addProducts(sum9, word, IntegerVector(repeating: 0x0102_0319))
        sum10 = FourBytes.addProducts(sum10, word, IntegerVector(repeating: 0x0102_031A))
        sum11 = FourBytes.addProducts(sum11, word, IntegerVector(repeating: 0x0102_031B))
        word &+= step
        round += 1
    }
    let low = sum0 &+ sum1 &+ sum2 &+ sum3 &+ sum4 &+ sum5
    return (low &+ sum6 &+ sum7 &+ sum8 &+ sum9 &+ sum10 &+ sum11)[0]
}
