/// What keeps a plan from being run.
public struct PlanViolation: Error, Equatable, Sendable, CustomStringConvertible {
    public var description: String

    init(_ description: String) { self.description = description }
}
