import ApusInstructions

/// What becomes of a sum.
func activated(_ sum: Double, _ activation: Int32, floor: Float, ceiling: Float) -> Double {
    switch Activation(rawValue: activation) {
    case .relu: max(0, sum)
    case .clip: min(max(sum, Double(floor)), Double(ceiling))
    default: sum
    }
}

extension ConvolutionParameters {
    func activated(_ sum: Double) -> Double {
        ApusKernelsTests.activated(sum, activation, floor: floor, ceiling: ceiling)
    }
}

extension PlainPointwiseParameters {
    func activated(_ sum: Double) -> Double {
        ApusKernelsTests.activated(sum, activation, floor: floor, ceiling: ceiling)
    }
}

extension WinogradParameters {
    func activated(_ sum: Double) -> Double {
        ApusKernelsTests.activated(sum, activation, floor: floor, ceiling: ceiling)
    }
}
