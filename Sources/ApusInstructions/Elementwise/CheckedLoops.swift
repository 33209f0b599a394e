/// Six loops that end, and what they touch.
struct CheckedLoops: Sendable {
    let parameters: BroadcastParameters
    /// Of all loops together, for one sample.
    let turns: Int

    init(_ bytes: ParameterBytes) throws(ParameterError) {
        parameters = try bytes.load(BroadcastParameters.self)
        let counts = parameters.extents
        // A stride of 0 touches no more memory however long the loop is; but somebody waits for it.
        var turns = 1
        for count in [counts.0, counts.1, counts.2, counts.3, counts.4, counts.5] {
            turns = product(turns, try positive(count, "an extent"))
        }
        try require(turns <= Int(Int32.max), "the loops have \(turns) turns")
        self.turns = turns
    }

    /// What the loops and the samples touch of an operand. Strides may be negative.
    func extent(
        _ name: String, _ access: OperandExtent.Access, _ strides: BroadcastParameters.Six, _ sampleStride: Int32,
        samples: Int
    ) -> OperandExtent {
        let counts = parameters.extents
        var lowest = 0
        var highest = 0
        for (count, stride) in [
            (Int(counts.0), strides.0), (Int(counts.1), strides.1), (Int(counts.2), strides.2),
            (Int(counts.3), strides.3), (Int(counts.4), strides.4), (Int(counts.5), strides.5),
            (samples, sampleStride),
        ] {
            let reach = product(count - 1, abs(Int(stride)))
            if stride < 0 { lowest -= reach } else { highest += reach }
        }
        return OperandExtent(name, access, bytes: (4 * lowest)..<(4 * (highest + 1)))
    }

    /// Refuses strides by which two turns would write the same element.
    func requireApart(_ strides: BroadcastParameters.Six, _ operand: String) throws(ParameterError) {
        let counts = parameters.extents
        try CheckedStrides((1, 1, counts.0, counts.1, counts.2, counts.3, counts.4, counts.5)).requireApart(
            (0, 0, strides.0, strides.1, strides.2, strides.3, strides.4, strides.5), operand)
    }

    /// The strides of the loops that run more than once.
    func running(_ strides: BroadcastParameters.Six) -> [Int32] {
        let counts = parameters.extents
        return [
            (counts.0, strides.0), (counts.1, strides.1), (counts.2, strides.2), (counts.3, strides.3),
            (counts.4, strides.4), (counts.5, strides.5),
        ].filter { $0.0 > 1 }.map { $0.1 }
    }
}
