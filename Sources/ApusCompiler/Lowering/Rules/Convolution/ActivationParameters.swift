import ApusGraph
import ApusInstructions

extension FusedActivation {
    /// The activation's number in parameters.
    var code: Int32 {
        switch self {
        case .none: Activation.none.rawValue
        case .relu: Activation.relu.rawValue
        case .clip: Activation.clip.rawValue
        }
    }

    /// What people read behind the convolution's name.
    var operatorNames: [String] {
        switch self {
        case .none: []
        case .relu: [Relu.name]
        case .clip: [Clip.name]
        }
    }

    fileprivate var limits: (floor: Float, ceiling: Float) {
        if case .clip(let minimum, let maximum) = self { (Float(minimum), Float(maximum)) } else { (0, 0) }
    }
}

extension ConvolutionParameters {
    mutating func set(_ fused: FusedActivation) {
        activation = fused.code
        (floor, ceiling) = fused.limits
    }
}

extension PlainPointwiseParameters {
    mutating func set(_ fused: FusedActivation) {
        activation = fused.code
        (floor, ceiling) = fused.limits
    }
}

extension WinogradParameters {
    mutating func set(_ fused: FusedActivation) {
        activation = fused.code
        (floor, ceiling) = fused.limits
    }
}
