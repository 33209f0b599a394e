/// The tiles of **plainConvolution**: filters by vectors of positions, whose sums stay in registers.
package enum PlainConvolutionTile {
    /// Filters of a tile, those that are preferred first.
    private static func panels(lanes: Int) -> [Int] { lanes >= 16 ? [8, 6, 10, 4] : [6, 4] }

    /// Filters of a tile: as few as can be aren't there in the last panel.
    package static func panel(filters: Int, lanes: Int) -> Int {
        panels(lanes: lanes).min { padded(filters, to: $0) < padded(filters, to: $1) } ?? 4
    }

    /// The most vectors of positions of a tile with so many filters.
    package static func vectors(panel: Int, lanes: Int) -> Int {
        lanes >= 16 ? (panel > 8 ? 2 : panel > 6 ? 3 : 4) : (panel > 4 ? 2 : 3)
    }
}

/// Where **plainConvolution** copies what some rows of the result read, with all that is around it: a strip. All counts are elements.
///
/// A channel has a plane for each row and column of a step: with steps of two, the even columns of the even rows, the odd ones, and
/// those of the odd rows. So what neighbouring positions see at one place of the kernel are neighbours in a plane.
///
/// The scratch has the place of each weight of a channel in the strip (a 32-bit integer each), the strip, and where positions are
/// linear the sums of a panel of filters.
package struct PlainConvolutionStrip {
    /// Filters of a panel.
    package let panel: Int
    /// Places of the kernel.
    package let places: Int
    /// Whether a tile's positions are those of one row. Else positions are linear, those where the kernel reaches beyond the row's
    /// end among them: these are left out when the sums are copied to the result.
    package let isAlongRows: Bool
    /// Rows of the result; the last strip may have fewer.
    package let rows: Int
    /// From a row of a plane to the next.
    package let rowStep: Int
    /// From a plane to the next.
    package let planeStep: Int
    /// Planes of one channel: for rows, and for columns.
    package let planeRows: Int
    package let planeColumns: Int
    /// From a channel of the strip to the next.
    package var channelStep: Int { planeRows * planeColumns * planeStep }
    /// Where the strip is in the scratch, and the sums.
    package let stripOffset: Int
    package let sumsOffset: Int
    /// From the sums of a filter to those of the next.
    package let filterStep: Int
    package let scratchElements: Int

    /// Elements of a strip that leave room for weights in the nearest cache.
    private static let nearElements = 6144
    /// Positions of a strip that are worth the time in which it is copied.
    private static let leastPositions = 128

    package init(_ parameters: ConvolutionParameters, lanes: Int) {
        let (strideY, strideX) = (Int(parameters.strideY), Int(parameters.strideX))
        let channels = Int(parameters.source.channels)
        let (height, width) = (Int(parameters.outputHeight), Int(parameters.outputWidth))
        panel = PlainConvolutionTile.panel(filters: Int(parameters.destination.channels), lanes: lanes)
        places = Int(parameters.kernelHeight) * Int(parameters.kernelWidth)
        isAlongRows = width % lanes == 0
        let columns = (parameters.paddedWidth + strideX - 1) / strideX
        rowStep = isAlongRows ? padded(columns, to: lanes) : columns
        let reach = parameters.reach(rows: 1)
        planeRows = min(strideY, reach)
        planeColumns = strideX
        let extra = (reach - 1) / strideY
        let rowElements = channels * planeRows * planeColumns * rowStep
        let least = (Self.leastPositions + width - 1) / width
        rows = min(height, max(least, Self.nearElements / rowElements - extra))
        planeStep = (rows + extra) * rowStep
        filterStep = isAlongRows ? 0 : padded(rows * rowStep, to: lanes)
        stripOffset = padded(places, to: lanes)
        // The last tile reads up to a vector more.
        sumsOffset = stripOffset + padded(channels * planeRows * planeColumns * planeStep, to: lanes) + lanes
        scratchElements = sumsOffset + panel * filterStep + (isAlongRows ? 0 : lanes)
    }
}
