/// Rows and columns around a blocked image: of zeros, or of the byte that stands for zero.
struct Border: Equatable, Sendable {
    var top = 0
    var left = 0
    var bottom = 0
    var right = 0

    mutating func widen(to other: Border) {
        top = max(top, other.top)
        left = max(left, other.left)
        bottom = max(bottom, other.bottom)
        right = max(right, other.right)
    }
}
