extension OperatorAgreement {
    /// Operators that don't agree with their reference when they are compiled by themselves, and why.
    static let exceptions: [String: String] = [
        "conv2d_input_gradient": "its weights are packed beforehand and can't be inputs",
        "fold_batch_norm": "no rule lowers it yet",
        "fused_conv2d": "its weights are packed beforehand and can't be inputs",
        "gaussian_noise": "is left out where a model answers",
        "max_unpool2d": "its argmax is in the layout of a pool's, and can't be an input",
    ]
}
