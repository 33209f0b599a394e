// What the initializers of instructions check their fields with.

/// Checks that `value` is in `range` and gives it as an `Int`.
func check(_ value: Int32, _ range: ClosedRange<Int>, _ name: String) throws(ParameterError) -> Int {
    guard range.contains(Int(value)) else { throw ParameterError("\(name) is \(value)") }
    return Int(value)
}

func positive(_ value: Int32, _ name: String) throws(ParameterError) -> Int {
    try check(value, 1...Int(Int32.max), name)
}

func notNegative(_ value: Int32, _ name: String) throws(ParameterError) -> Int {
    try check(value, 0...Int(Int32.max), name)
}

/// Checks one of two: 0 or 1.
func flag(_ value: Int32, _ name: String) throws(ParameterError) -> Bool { try check(value, 0...1, name) == 1 }

func require(_ condition: Bool, _ problem: @autoclosure () -> String) throws(ParameterError) {
    if !condition { throw ParameterError(problem()) }
}

/// Checks that samples which are written don't lie on each other.
///
/// - Parameters:
///   - stride: elements from one sample to the next.
///   - count: elements of a sample.
func requireApart(_ stride: Int, _ count: Int, _ name: String) throws(ParameterError) {
    guard stride >= count else { throw ParameterError("\(name)s of \(count) are \(stride) apart") }
}

/// The product of numbers that are not negative. What is above 2^50 is cut off there: no arena is so large, and a sum of
/// many such numbers does not overflow.
package func product(_ factors: Int...) -> Int {
    var product = 1
    if factors.contains(0) { return 0 }
    for factor in factors {
        let (value, isOverflow) = product.multipliedReportingOverflow(by: factor)
        product = isOverflow ? 1 << 50 : min(value, 1 << 50)
    }
    return product
}

/// The turns of nested loops, cut off as ``product(_:)`` is. A loop without a turn counts as one turn: those around it are gone
/// through all the same.
func turns(_ loops: Int...) -> Int { loops.reduce(1) { product($0, max($1, 1)) } }

/// The next multiple of `block`. Both are positive.
func padded(_ count: Int, to block: Int) -> Int { (count + block - 1) / block * block }
