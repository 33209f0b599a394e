/// The tile of F(`height` × `width`, 3 × 3): so many rows and columns of a convolution's output are computed from one input tile
/// of the source, which has two more of each. See ``WinogradParameters``.
package struct WinogradTile: Sendable, Hashable, BitwiseCopyable, CustomStringConvertible {
    package var height: Int32
    package var width: Int32

    private init(_ height: Int32, _ width: Int32) {
        self.height = height
        self.width = width
    }

    /// No tile: weights that are not transformed.
    package static let none = WinogradTile(0, 0)
    /// Only rows are transformed.
    package static let row = WinogradTile(1, 2)
    package static let small = WinogradTile(2, 2)
    package static let wide = WinogradTile(2, 4)
    package static let large = WinogradTile(4, 4)
    /// Those whose input tiles are transformed in both directions.
    package static let squares = [small, wide, large]
    /// Those of weight gradients.
    package static let ofWeightGradients = [small, large]

    /// The minimum number of input channels with which rounding errors are no larger than the definition's: see ``WinogradParameters``.
    package var minimumInputs: Int {
        switch self {
        case .large: 256
        case .wide: 48
        default: 1
        }
    }
    /// Places of an input tile, each of which takes a multiply-add for each input and output channel.
    package var frequencies: Int { Int(height + 2) * Int(width + 2) }

    // For the kernels, which would ask the standard library's generic functions for it, and so the runtime, each time.
    package static func == (left: Self, right: Self) -> Bool {
        left.height == right.height && left.width == right.width
    }
    package static func != (left: Self, right: Self) -> Bool { !(left == right) }
    package static func ~= (pattern: Self, tile: Self) -> Bool { pattern == tile }

    package var description: String { "F(\(height) × \(width), 3 × 3)" }
}
