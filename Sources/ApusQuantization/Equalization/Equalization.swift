import Glibc

/// Brings the channels between two layers to like ranges, where they differ widely: one scale for all of them is coarse for small ones.
///
/// Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction" (2019), section 4.1: `s = √(r₁ r₂) / r₂` for the
/// ranges r₁ of a channel before and r₂ of the weights that read it, and a channel is divided by s. Weights have a scale for each output
/// here. So r₁ is the range of the activation, as in Xiao et al., "SmoothQuant" (2022), equation 4; r₂ is counted in steps of each
/// output's scale; and where each output reads one channel only, all channels get the same range, for it costs nothing.
package enum Equalization {
    /// Ranges differ widely where the largest is so many times the median.
    private static let spread: Float = 2
    /// The share of the largest range that a channel may be brought to: other samples have larger numbers than those that were seen.
    private static let headroom: Float = 0.75
    /// A channel becomes no larger than so many times what it was.
    private static let largestGrowth: Float = 256

    /// A pair whose channels were scaled.
    package struct Change: Sendable, Equatable {
        /// The names of the two layers.
        package var first: String
        package var second: String
        /// How many times the median the largest range was; infinite where the median is 0.
        package var spread: Float
    }

    /// Scales the channels between all pairs of layers that can be equalized.
    ///
    /// - Parameters:
    ///   - float: what it does stays the same but for rounding, and for numbers that are larger than any on the calibration samples
    ///     where there is a bound.
    ///   - calibration: of the values between the layers, before anything is scaled.
    static func apply(to float: inout FloatModel, _ calibration: Calibration) -> [Change] {
        var changes: [Change] = []
        for pair in EqualizablePair.pairs(float) {
            guard let seen = calibration[float.graph[pair.value].name] else { continue }
            let ranges = seen.channelMaxima
            guard ranges.count == float.layers[pair.first].outputs, let largest = ranges.max(), largest > 0 else {
                continue
            }
            let median = ranges.sorted()[ranges.count / 2]
            guard largest > spread * median else { continue }
            let divisors = divisors(pair, float, ranges: ranges, largest: largest)
            scale(pair, &float, by: divisors)
            changes.append(
                Change(
                    first: float.layers[pair.first].name, second: float.layers[pair.second].name,
                    spread: median > 0 ? largest / median : .infinity))
        }
        return changes
    }

    /// What each channel is divided by. The largest range of all channels stays what it is.
    private static func divisors(
        _ pair: EqualizablePair, _ float: FloatModel, ranges: [Float], largest: Float
    ) -> [Float] {
        let behind = float.layers[pair.second]
        var divisors: [Float]
        if behind.isDepthwise {
            divisors = ranges.map { $0 / largest }
        } else {
            let steps = steps(pair, float)
            divisors = zip(ranges, steps).map { $1 > 0 ? ($0 / $1).squareRoot() : 0 }
            // Of channels that nobody reads none is scaled.
            let factor = zip(ranges, divisors).map { $1 > 0 ? $0 / $1 : 0 }.max() ?? 0
            divisors = divisors.map { $0 * factor / largest }
        }
        return zip(ranges, divisors).map { range, divisor in
            guard range > 0, divisor.isFinite, divisor > 0 else { return 1 }
            // What is at the bound is cut there, before it is scaled and behind.
            if let bound = pair.bound, range >= bound * 0.999 { return 1 }
            let least = max(min(range / (headroom * largest), 1), 1 / largestGrowth)
            return min(max(divisor, least), largestGrowth)
        }
    }

    /// For each channel of the first layer, the largest weight that reads it, as a share of its output's largest.
    private static func steps(_ pair: EqualizablePair, _ float: FloatModel) -> [Float] {
        let behind = float.layers[pair.second]
        var steps = [Float](repeating: 0, count: float.layers[pair.first].outputs)
        for output in 0..<behind.outputs {
            let row = behind.weight[output * behind.rowLength..<(output + 1) * behind.rowLength]
            let largest = row.reduce(0) { max($0, abs($1)) }
            guard largest > 0 else { continue }
            for (column, weight) in row.enumerated() {
                let channel = pair.channel(of: behind.channel(output: output, column: column), float)
                steps[channel] = max(steps[channel], abs(weight) / largest)
            }
        }
        return steps
    }

    private static func scale(_ pair: EqualizablePair, _ float: inout FloatModel, by divisors: [Float]) {
        let (before, behind) = (float.layers[pair.first], float.layers[pair.second])
        float.setWeights(
            of: pair.first, before.weight.enumerated().map { $1 / divisors[$0 / before.rowLength] },
            before.bias.map { $0.enumerated().map { $1 / divisors[$0] } })
        float.setWeights(
            of: pair.second,
            behind.weight.enumerated().map { place, weight in
                let input = behind.channel(output: place / behind.rowLength, column: place % behind.rowLength)
                return weight * divisors[pair.channel(of: input, float)]
            }, behind.bias)
    }
}
