import Glibc

/// Where values lie on an axis.
package struct Scale: Sendable, Equatable {
    /// The values at the axis' ends; different, and above zero where it is logarithmic.
    package let low: Double
    package let high: Double
    package let isLogarithmic: Bool

    /// An axis for these values, with some air at both ends unless it is tight. It is logarithmic where that was allowed and the
    /// values, all above zero, differ by a factor of 30.
    package init(_ values: [Double], isTight: Bool = false, mayBeLogarithmic: Bool = false) {
        let finite = values.filter(\.isFinite)
        let (least, most) = (finite.min() ?? 0, finite.max() ?? 1)
        isLogarithmic = mayBeLogarithmic && least > 0 && most / least >= 30
        if isLogarithmic {
            low = least / 1.3
            high = most * 1.3
        } else if least == most {
            // A single value lies in the middle.
            let margin = least == 0 ? 1 : abs(least) / 2
            low = least - margin
            high = most + margin
        } else {
            let margin = isTight ? 0 : (most - least) * 0.06
            low = least - margin
            high = most + margin
        }
    }

    /// From 0 at the low end to 1 at the high one.
    package func part(_ value: Double) -> Double {
        isLogarithmic ? log(value / low) / log(high / low) : (value - low) / (high - low)
    }

    /// Round values on the axis, some five of them: 1, 2 or 5 times a power of ten apart, or powers of ten.
    package var ticks: [Double] {
        if isLogarithmic {
            let exponents =
                Int(log10(low).rounded(.up))...max(Int(log10(low).rounded(.up)), Int(log10(high).rounded(.down)))
            let step = max(1, (exponents.count + 4) / 5)
            let powers = exponents.enumerated().filter { $0.offset % step == 0 }.map { pow(10, Double($0.element)) }
            return powers.filter { $0 >= low && $0 <= high }
        }
        let raw = (high - low) / 4
        let power = pow(10, log10(raw).rounded(.down))
        let step = ([1, 2, 5, 10].first { $0 * power >= raw } ?? 10) * power
        guard step > 0, step.isFinite else { return [] }
        var ticks: [Double] = []
        var index = (low / step).rounded(.up)
        while index * step <= high, ticks.count < 20 {
            ticks.append(index * step)
            index += 1
        }
        return ticks
    }
}
