/// Why no standalone program can be made.
package struct ExecutableError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is wrong, where, and what to do about it.
    package let description: String

    package init(_ description: String) { self.description = description }
}
