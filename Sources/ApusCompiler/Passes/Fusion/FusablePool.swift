import ApusGraph

extension MaxPool2D {
    /// Whether a convolution can pool as it computes: windows side by side, no padding, and a place within a window
    /// fits a byte beside 255, which says that the rectifier let nothing through.
    func isFusable(over input: TensorType) -> Bool {
        let extents = input.dimensions.suffix(2).compactMap(\.number)
        guard extents.count == 2 else { return false }
        let geometry = geometry(height: extents[0], width: extents[1])
        let padding = [geometry.padTop, geometry.padLeft, geometry.padBottom, geometry.padRight]
        return stride == window && padding.allSatisfy { $0 == 0 } && window[0] * window[1] < 255
    }
}
