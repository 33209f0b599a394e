package import ApusInstructions

/// How an instruction of the body is shared by threads that answer one sample together.
///
/// The plan says along which axis it is cut and how many parts are worth their while; who runs the plan makes as many of them as it
/// has threads. The bits are those of the whole, however many there are.
package struct Cut: Sendable, Equatable {
    package var axis: Partition.Axis
    /// The most parts that are worth handing over: 2 or more.
    package var parts: Int
    /// Whether each part follows the part of the instruction before it on the same thread, without waiting for the others.
    package var follows: Bool

    package init(_ axis: Partition.Axis, parts: Int, follows: Bool = false) {
        self.axis = axis
        self.parts = parts
        self.follows = follows
    }

    /// More parts than any machine has threads for.
    package static let partLimit = 1 << 12
}

extension Cut: CustomStringConvertible {
    /// `8 parts of rows`; `8 parts of rows, which follow`.
    package var description: String { "\(parts) parts of \(axis)\(follows ? ", which follow" : "")" }
}
