import ApusInstructions

extension ConvolutionShape {
    /// What the input tiles of the forward convolution's tiles cover around its source.
    func inputTileBorder(tile: WinogradTile, pool: [Int]?) -> Border {
        let window = pool ?? [1, 1]
        return Self.inputTileBorder(
            tile: tile,
            outputs: (geometry.outputHeight / window[0] * window[0], geometry.outputWidth / window[1] * window[1]),
            padding: (geometry.padTop, geometry.padLeft), size: (height, width))
    }

    /// What the transforms of rows cover around the forward convolution's source.
    func rowBorder(lanes: Int, pool: [Int]?) -> Border {
        let window = pool ?? [1, 1]
        let pairs = (
            rows: (geometry.outputHeight / window[0] * window[0] + 1) / 2,
            columns: (geometry.outputWidth / window[1] * window[1] + 1) / 2
        )
        let columns = 2 * ((pairs.columns + lanes - 1) / lanes * lanes) + 2
        return Border(
            top: max(0, geometry.padTop), left: max(0, geometry.padLeft),
            bottom: max(0, 2 * pairs.rows + 2 - geometry.padTop - height),
            right: max(0, columns - geometry.padLeft - width))
    }

    /// What the input tiles of the input gradient's tiles cover around the destination gradient.
    func gradientInputTileBorder(tile: WinogradTile) -> Border {
        Self.inputTileBorder(
            tile: tile, outputs: (height, width), padding: (gradientPadding.top, gradientPadding.left),
            size: (geometry.outputHeight, geometry.outputWidth))
    }

    /// What the input tiles of the input gradient's tiles cover around what 2 × 2 windows of the destination gradient were pooled to,
    /// in windows.
    func gradientWindowBorder(tile: WinogradTile) -> Border {
        func border(_ outputs: Int, by tile: Int32, _ padding: Int, _ size: Int) -> (before: Int, after: Int) {
            let odd = padding & 1
            let before = (padding + odd) / 2
            let windows = outputs.roundedUp(to: Int(tile)) / 2 - Int(tile) / 2 + (Int(tile) + 3 + odd) / 2
            return (max(0, before), max(0, windows - before - size / 2))
        }
        let rows = border(height, by: tile.height, gradientPadding.top, geometry.outputHeight)
        let columns = border(width, by: tile.width, gradientPadding.left, geometry.outputWidth)
        return Border(
            top: rows.before, left: columns.before, bottom: rows.after, right: columns.after)
    }

    private static func inputTileBorder(
        tile: WinogradTile, outputs: (Int, Int), padding: (Int, Int), size: (Int, Int)
    ) -> Border {
        func overhang(_ outputs: Int, by tile: Int32, _ padding: Int, _ size: Int) -> Int {
            max(0, outputs.roundedUp(to: Int(tile)) + 1 - padding - (size - 1))
        }
        return Border(
            top: max(0, padding.0), left: max(0, padding.1),
            bottom: overhang(outputs.0, by: tile.height, padding.0, size.0),
            right: overhang(outputs.1, by: tile.width, padding.1, size.1))
    }
}
