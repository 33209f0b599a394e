/// A number with so many digits after the point: `0.0312`. Not a number and the infinities keep their names, and so do numbers
/// that are too large for it.
package func formatDecimal(_ value: Double, digits: Int) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return value.description }
    var power = 1.0
    for _ in 0..<digits { power *= 10 }
    let scaled = (abs(value) * power).rounded()
    guard scaled < 1e18 else { return value.description }
    let number = String(Int(scaled))
    let padded = String(repeating: "0", count: max(0, digits + 1 - number.utf8.count)) + number
    let sign = value < 0 && scaled > 0 ? "-" : ""
    return digits == 0 ? sign + padded : "\(sign)\(padded.dropLast(digits)).\(padded.suffix(digits))"
}
