// Loops that do one thing as fast as this instruction set can: their times are the limits that kernels are held against.

/// Multiply-adds of one round of ``multiplyAddRounds(_:)``.
package var multiplyAddsOfRound: Int { 12 * lanes }

/// Multiplies and adds in twelve chains, none of which waits for another: enough for two units with a latency of six.
///
/// - Returns: what came out, so that the work can't be left out.
@inline(never)
package func multiplyAddRounds(_ rounds: Int) -> Float {
    // The chains end at addend / (1 - factor) and stay there: nothing overflows and nothing gets denormal.
    let factor = Vector(repeating: 0.5)
    let addend = Vector(repeating: 0.25)
    var sum0 = Vector(repeating: 1)
    var sum1 = Vector(repeating: 2)
    var sum2 = Vector(repeating: 3)
    var sum3 = Vector(repeating: 4)
    var sum4 = Vector(repeating: 5)
    var sum5 = Vector(repeating: 6)
    var sum6 = Vector(repeating: 7)
    var sum7 = Vector(repeating: 8)
    var sum8 = Vector(repeating: 9)
    var sum9 = Vector(repeating: 10)
    var sum10 = Vector(repeating: 11)
    var sum11 = Vector(repeating: 12)
    var round = 0
    while round < rounds {
        sum0 = multiplyAdd(addend, sum0, factor)
        sum1 = multiplyAdd(addend, sum1, factor)
        sum2 = multiplyAdd(addend, sum2, factor)
        sum3 = multiplyAdd(addend, sum3, factor)
        sum4 = multiplyAdd(addend, sum4, factor)
        sum5 = multiplyAdd(addend, sum5, factor)
        sum6 = multiplyAdd(addend, sum6, factor)
        sum7 = multiplyAdd(addend, sum7, factor)
        sum8 = multiplyAdd(addend, sum8, factor)
        sum9 = multiplyAdd(addend, sum9, factor)
        sum10 = multiplyAdd(addend, sum10, factor)
        sum11 = multiplyAdd(addend, sum11, factor)
        round += 1
    }
    let low = sum0 + sum1 + sum2 + sum3 + sum4 + sum5
    return sumOfLanes(low + sum6 + sum7 + sum8 + sum9 + sum10 + sum11)
}

/// Reads `count` elements, a multiple of eight vectors, `rounds` times.
///
/// - Returns: their sum, so that the work can't be left out.
@inline(never)
package func readRounds(_ memory: UnsafeMutableRawPointer, count: Int, rounds: Int) -> Float {
    let elements = memory.assumingMemoryBound(to: Float.self)
    var sum0 = Vector()
    var sum1 = Vector()
    var sum2 = Vector()
    var sum3 = Vector()
    var sum4 = Vector()
    var sum5 = Vector()
    var sum6 = Vector()
    var sum7 = Vector()
    var round = 0
    while round < rounds {
        var index = 0
        while index < count {
            sum0 += elements.vector(at: index)
            sum1 += elements.vector(at: index + lanes)
            sum2 += elements.vector(at: index + 2 * lanes)
            sum3 += elements.vector(at: index + 3 * lanes)
            sum4 += elements.vector(at: index + 4 * lanes)
            sum5 += elements.vector(at: index + 5 * lanes)
            sum6 += elements.vector(at: index + 6 * lanes)
            sum7 += elements.vector(at: index + 7 * lanes)
            index += 8 * lanes
        }
        round += 1
    }
    return sumOfLanes(sum0 + sum1 + sum2 + sum3 + sum4 + sum5 + sum6 + sum7)
}

/// Writes `count` elements, a multiple of eight vectors, `rounds` times: one plus the number of the round.
@inline(never)
package func writeRounds(_ memory: UnsafeMutableRawPointer, count: Int, rounds: Int) {
    let elements = memory.assumingMemoryBound(to: Float.self)
    var round = 0
    while round < rounds {
        let value = Vector(repeating: Float(round + 1))
        var index = 0
        while index < count {
            elements.store(value, at: index)
            elements.store(value, at: index + lanes)
            elements.store(value, at: index + 2 * lanes)
            elements.store(value, at: index + 3 * lanes)
            elements.store(value, at: index + 4 * lanes)
            elements.store(value, at: index + 5 * lanes)
            elements.store(value, at: index + 6 * lanes)
            elements.store(value, at: index + 7 * lanes)
            index += 8 * lanes
        }
        round += 1
    }
}
