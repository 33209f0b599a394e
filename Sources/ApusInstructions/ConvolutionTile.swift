/// What of a convolution's result is summed in registers at a time: the compiler chooses, and the kernel obeys.
package struct ConvolutionTile: Sendable, Hashable, BitwiseCopyable {
    /// The most output blocks, 1 or 2. Those of a group are parted as equally as can be.
    package var outputs: Int32
    /// The most positions, 1 to 8: their addresses stay in registers too. Positions are numbered row by row, and tiles are
    /// as equal as can be.
    package var positions: Int32

    package init(outputs: Int, positions: Int) {
        self.outputs = Int32(truncatingIfNeeded: outputs)
        self.positions = Int32(truncatingIfNeeded: positions)
    }

    /// Vectors that are summed in registers: AVX-512 has 32 of these, all else 16.
    package static func sums(lanes: Int) -> Int { lanes == 16 ? 24 : 12 }

    /// Whether there is a kernel for it.
    package func isComputable(lanes: Int) -> Bool {
        (1...2).contains(outputs) && (1...8).contains(positions)
            && Int(outputs) * Int(positions) <= Self.sums(lanes: lanes)
    }

    /// Every tile that there is a kernel for.
    package static func all(lanes: Int) -> [ConvolutionTile] {
        (1...2).flatMap { outputs in (1...8).map { ConvolutionTile(outputs: outputs, positions: $0) } }
            .filter { $0.isComputable(lanes: lanes) }
    }
}
