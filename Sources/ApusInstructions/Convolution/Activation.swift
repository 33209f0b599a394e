/// What is applied to a result before it is stored.
package enum Activation: Int32, Sendable, CaseIterable {
    case none = 0
    case relu = 1
    /// What is below `floor` becomes it, and what is above `ceiling` becomes that. Only of convolutions.
    case clip = 2

    /// Checks a number that stands for one, with its limits.
    static func check(_ number: Int32, floor: Float, ceiling: Float) throws(ParameterError) {
        guard let activation = Activation(rawValue: number) else {
            throw ParameterError("the activation is \(number), not none, relu or clip")
        }
        guard activation != .clip || floor <= ceiling else {
            throw ParameterError("no number is from \(floor) to \(ceiling)")
        }
    }
}
