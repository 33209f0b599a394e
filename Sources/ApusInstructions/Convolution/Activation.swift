/// What is applied to a result before it is stored.
package enum Activation: Int32, Sendable, CaseIterable {
    case none = 0
    case relu = 1
}
