extension OperatorAgreement {
    /// Operators that don't agree with their reference when they are compiled by themselves, and why.
    static let exceptions: [String: String] = [:]
}
