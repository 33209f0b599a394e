/// Windows with resolved padding, that move over an image of which the far edge may be cut off.
public struct TrimmedWindows: Sendable {
    private let size: [Int]
    private let stride: [Int]
    private let dilation: [Int]
    private let before: [Int]
    private let after: [Int]
    private let whole: [Int]
    /// Whether the operator can leave out results that its image would allow; others compute all of them.
    public let leavesOut: Bool

    /// - Parameter image: height and width of the whole image.
    init(_ windows: Windows, image: [Int], leavesOut: Bool) {
        let geometry = windows.geometry(height: image[0], width: image[1])
        (size, stride, dilation) = (windows.size, windows.stride, windows.dilation)
        before = [geometry.padTop, geometry.padLeft]
        after = [geometry.padBottom, geometry.padRight]
        whole = image
        self.leavesOut = leavesOut
    }

    private func span(_ axis: Int) -> Int { dilation[axis] * (size[axis] - 1) + 1 }

    /// How many rows or columns, from the near edge on, the first `outputs` windows read; they may reach beyond the image.
    public func reach(_ outputs: Int, axis: Int) -> Int {
        max(1, (outputs - 1) * stride[axis] + span(axis) - before[axis])
    }

    /// How many windows fit on the first `input` rows or columns.
    public func count(_ input: Int, axis: Int) -> Int {
        let room = input + before[axis] + padding(after: input, axis) - span(axis)
        return room < 0 ? 0 : room / stride[axis] + 1
    }

    /// The padding at the far edge: none where the edge is cut off, because no needed window reaches there.
    private func padding(after input: Int, _ axis: Int) -> Int { input < whole[axis] ? 0 : after[axis] }

    /// The padding of the image's first `input` rows and columns.
    func padding(input: [Int]) -> Padding {
        .explicit(
            top: before[0], left: before[1], bottom: padding(after: input[0], 0), right: padding(after: input[1], 1))
    }
}
