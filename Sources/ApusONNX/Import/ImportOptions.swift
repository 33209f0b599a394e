import ApusGraph

/// What is asked of an import beside the file.
public struct ImportOptions: Sendable, Equatable {
    /// Opens a leading 1 of every input that has one: it becomes the batch, `N`.
    public var opensBatch: Bool

    public init(opensBatch: Bool = false) { self.opensBatch = opensBatch }
}
