extension Opcode {
    /// `source, scale?, bias?, destination, mean?, inverse deviation?` · ``NormalizeRowsParameters``
    package static let normalizeRows = Opcode(rawValue: 169)
    /// `source, gradient, scale?, mean?, inverse deviation, source gradient?, scale gradient?, bias gradient?`
    /// · ``NormalizeRowsParameters``
    package static let normalizeRowsGradient = Opcode(rawValue: 170)
}

/// Rows of `count` elements side by side, `rows` of them in each sample, each brought to mean 0 and variance 1.
///
/// Element `e` of row `r` (of a sample) belongs to channel `(r mod groups) · channels + e / spatial`, where
/// `count = channels · spatial`. Layer norm has one group and `spatial` 1, group norm its groups, instance norm as many groups
/// as channels.
///
/// **normalizeRows**: `y = (x − mean) · i · scale[channel] + bias[channel]`, `i = 1 / sqrt(variance + epsilon)`, with the
/// biased variance, taken from the deviations from the mean; with `isCentered` 0 the mean counts as 0 (RMS norm). `mean` and
/// `i` are stored for each row where these operands are there.
///
/// **normalizeRowsGradient**: with `h = g · scale` and `x̂ = (x − mean) · i`:
/// `dx = i · (h − Σh / count − x̂ · Σ(h·x̂) / count)`, without `Σh` where it isn't centered. To the channels' gradients it *adds*
/// `Σ g·x̂` and `Σ g`, row by row. Formula: Ba, Kiros and Hinton, "Layer Normalization" (2016), section 3, and its derivative.
package struct NormalizeRowsParameters: Sendable, BitwiseCopyable {
    package var count: Int32
    package var rows: Int32
    package var groups: Int32 = 1
    package var channels: Int32
    package var spatial: Int32 = 1
    /// Of the source and its gradient; of the destination and its gradient; of `mean` and `inverse deviation`.
    package var sourceSampleStride: Int32
    package var destinationSampleStride: Int32
    package var statisticSampleStride: Int32
    package var epsilon: Float
    package var isCentered: Int32 = 1

    package init(count: Int, rows: Int, epsilon: Float) {
        self.count = Int32(count)
        self.rows = Int32(rows)
        self.epsilon = epsilon
        channels = Int32(count)
        sourceSampleStride = Int32(count * rows)
        destinationSampleStride = Int32(count * rows)
        statisticSampleStride = Int32(rows)
    }
}

/// ``NormalizeRowsParameters``, checked, and the extents that both instructions have.
private struct CheckedNormalization {
    let fields: NormalizeRowsParameters

    init(_ parameters: ParameterBytes) throws(ParameterError) {
        fields = try parameters.load(NormalizeRowsParameters.self)
        try check(fields.count, in: 1...Int32.max, "the count")
        try check(fields.rows, in: 0...Int32.max, "the rows")
        try check(fields.groups, in: 1...Int32.max, "the groups")
        try check(fields.channels, in: 1...Int32.max, "the channels")
        try check(fields.spatial, in: 1...Int32.max, "spatial")
        try check(fields.isCentered, in: 0...1, "isCentered")
        guard Int(fields.channels) * Int(fields.spatial) == Int(fields.count) else {
            throw ParameterError(
                "a row has \(fields.count) elements, not \(fields.channels) channels of \(fields.spatial)")
        }
        guard fields.epsilon >= 0, fields.epsilon.isFinite else {
            throw ParameterError("epsilon is \(fields.epsilon)")
        }
        try checkExtents(
            EightDimensions(innermost: [Int(fields.rows), Int(fields.count)], padding: 1), "row extent")
        try checkExtents(
            EightDimensions(innermost: [Int(fields.groups), Int(fields.channels)], padding: 1), "channel extent")
    }

    func rows(
        _ name: String, _ samples: Int, every stride: Int32, _ access: OperandExtent.Access, isOptional: Bool = false
    )
        -> OperandExtent
    {
        OperandExtent(
            name, access,
            bytes: OperandReach(elements: Int(fields.rows) * Int(fields.count)).bytes(
                elementBytes: 4, samples: samples, sampleStride: Int(stride)), elementBytes: 4, isOptional: isOptional)
    }

    func statistic(_ name: String, _ samples: Int, _ access: OperandExtent.Access, isOptional: Bool) -> OperandExtent {
        OperandExtent(
            name, access,
            bytes: OperandReach(elements: Int(fields.rows)).bytes(
                elementBytes: 4, samples: samples, sampleStride: Int(fields.statisticSampleStride)), elementBytes: 4,
            isOptional: isOptional)
    }

    func channels(_ name: String, _ access: OperandExtent.Access) -> OperandExtent {
        OperandExtent(
            name, access, bytes: 0..<4 * Int(fields.groups) * Int(fields.channels), elementBytes: 4, isOptional: true)
    }
}

/// The definition of **normalizeRows**.
package struct NormalizeRowsInstruction: InstructionDefinition {
    package static var opcode: Opcode { .normalizeRows }
    package static var name: String { "normalizeRows" }

    private let rows: CheckedNormalization

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        rows = try CheckedNormalization(parameters)
    }

    package func operands(samples: Int) -> [OperandExtent] {
        [
            rows.rows("source", samples, every: rows.fields.sourceSampleStride, .read),
            rows.channels("scale", .read),
            rows.channels("bias", .read),
            rows.rows("destination", samples, every: rows.fields.destinationSampleStride, .write),
            rows.statistic("mean", samples, .write, isOptional: true),
            rows.statistic("inverse deviation", samples, .write, isOptional: true),
        ]
    }

    /// By rows. Where the rows of a sample are its groups, each part has groups of its own; else all groups stay together.
    package var partitions: [Partition] {
        let whole = rows.fields
        let all = Int(whole.rows)
        let isGrouped = whole.groups > 1 && whole.rows == whole.groups
        let unit = isGrouped ? 1 : Int(whole.groups)
        let partition = Partition(.rows, units: (all + unit - 1) / unit) { units in
            let first = units.lowerBound * unit
            var part = whole
            part.rows = Int32(min(units.upperBound * unit, all) - first)
            if isGrouped { part.groups = part.rows }
            let (elements, statistics) = (4 * first * Int(whole.count), 4 * first)
            let channels = isGrouped ? 4 * first * Int(whole.channels) : 0
            return Partition.Part(
                parameters: ParameterBytes(part).bytes,
                offsets: [elements, channels, channels, elements, statistics, statistics])
        }
        return [partition]
    }

    package func sharedPlaces(samples: Int) -> [SharedPlace] {
        samples == 1 || rows.fields.sourceSampleStride == rows.fields.destinationSampleStride
            ? [SharedPlace(0, with: 3)] : []
    }
}

/// The definition of **normalizeRowsGradient**. Where the mean is left out it counts as 0.
package struct NormalizeRowsGradientInstruction: InstructionDefinition {
    package static var opcode: Opcode { .normalizeRowsGradient }
    package static var name: String { "normalizeRowsGradient" }

    private let rows: CheckedNormalization

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        rows = try CheckedNormalization(parameters)
    }

    package func operands(samples: Int) -> [OperandExtent] {
        let (source, destination) = (rows.fields.sourceSampleStride, rows.fields.destinationSampleStride)
        return [
            rows.rows("source", samples, every: source, .read),
            rows.rows("gradient", samples, every: destination, .read),
            rows.channels("scale", .read),
            rows.statistic("mean", samples, .read, isOptional: true),
            rows.statistic("inverse deviation", samples, .read, isOptional: false),
            rows.rows("source gradient", samples, every: source, .write, isOptional: true),
            rows.channels("scale gradient", .update),
            rows.channels("bias gradient", .update),
        ]
    }
}
