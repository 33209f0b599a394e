import ApusText

/// Points of a score, with two decimals.
func formatPoints(_ points: Double) -> String {
    points.isFinite ? formatDecimal(points, digits: 2) : points.description
}

/// Decibels with one decimal; nothing to compare gives a dash.
func formatDecibels(_ measure: SignalToNoise?) -> String {
    guard let measure, !(measure.signal == 0 && measure.noise == 0) else { return "-" }
    return measure.decibels.isFinite
        ? formatDecimal(measure.decibels, digits: 1) : measure.decibels > 0 ? "exact" : "none"
}

/// A number of a range, with as many digits as tell it from others.
func formatNumber(_ number: Float) -> String {
    let size = abs(number)
    if number == 0 || size >= 1e6 || size < 1e-3 { return number == 0 ? "0" : number.description }
    return formatDecimal(Double(number), digits: size < 1 ? 4 : size < 100 ? 3 : 1)
}

/// A share of a hundred.
func formatShare(_ share: Double?) -> String { share.map { formatDecimal(100 * $0, digits: 3) + " %" } ?? "-" }
