package import ApusInstructions

extension Instruction {
    /// What the compiler chose of several ways to compute the same, for people to read: the tile of a direct convolution,
    /// or the tile of Winograd's algorithm, and whether a gradient is read as a max-pool left it. Nil where there was nothing
    /// to choose.
    package var chosenKernel: String? {
        switch opcode {
        case .convolution: tile.map { "direct, \($0)" }
        case .convolutionWeightGradient:
            loaded(ConvolutionParameters.self).flatMap { $0.poolHeight > 0 ? "direct, unpools" : nil }
        case .winogradWeightGradient:
            loaded(WinogradParameters.self).map { "Winograd, \($0.tile)\($0.poolHeight > 0 ? ", unpools" : "")" }
        case .winogradConvolution, .winogradRowConvolution:
            loaded(WinogradParameters.self).map { "Winograd, \($0.tile)\($0.unpools == 1 ? ", unpools" : "")" }
        default: nil
        }
    }

    /// The tile of a direct convolution. Setting it changes nothing in other instructions.
    package var tile: ConvolutionTile? {
        get { opcode == .convolution ? loaded(ConvolutionParameters.self)?.tile : nil }
        set {
            guard opcode == .convolution, var changed = loaded(ConvolutionParameters.self), let newValue else { return }
            changed.tile = newValue
            parameters = unsafe withUnsafeBytes(of: &changed) { unsafe Array($0) }
        }
    }

    /// The tiles that a direct convolution may be computed with, in the bands of the one it has. None for other instructions.
    package func computableTiles(lanes: Int) -> [ConvolutionTile] {
        guard opcode == .convolution, let parameters = loaded(ConvolutionParameters.self) else { return [] }
        return ConvolutionTile.all(lanes: lanes, for: parameters).map {
            var tile = $0
            tile.bandRows = parameters.tile.bandRows
            return tile
        }
    }

    private func loaded<Parameters: BitwiseCopyable>(_ type: Parameters.Type) -> Parameters? {
        guard parameters.count == MemoryLayout<Parameters>.size else { return nil }
        return unsafe parameters.withUnsafeBytes { unsafe $0.load(as: type) }
    }
}
