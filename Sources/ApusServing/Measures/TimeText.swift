/// Reads a time, as nanoseconds: `200us`, `5ms`, `30s` or `2m`, and 0 without a unit; nil where it is none, or longer than a day.
package func parsedTime(_ text: String) -> UInt64? {
    if text == "0" { return 0 }
    let units: [(String, Double)] = [("us", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 60e9)]
    guard let (unit, factor) = units.first(where: { text.hasSuffix($0.0) }),
        let number = Double(text.dropLast(unit.count)), number >= 0, number * factor <= 86_400e9
    else { return nil }
    return UInt64(number * factor)
}
