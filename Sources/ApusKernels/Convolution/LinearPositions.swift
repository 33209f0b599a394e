import ApusInstructions

// Tiles of positions that flow, and pooling windows that no tile holds.

extension ConvolutionWork {
    /// Computes tiles of positions that flow: those of a tile that the row has no room for are in the next row.
    func flow(_ area: PlaceArea) {
        if memory.pointee.store == TileStore.keep {
            scan(area)
            return
        }
        let parts = EqualParts(of: area.rows &* columns, maximum: tilePlaces)
        var (tile, row, column) = (0, 0, 0)
        while tile < parts.count {
            let width = parts.size(of: tile)
            select(area, row: row, column: column)
            setPlaces(width, from: column)
            setSteps(width)
            // All tiles of this width that the row still has room for.
            let run = max(1, min(parts.leftOfSize(from: tile), (columns &- column) / width))
            memory.pointee.tiles = run
            computeLinear(
                outputs: outputs, positions: holdsWindows ? 4 &* width : width, memory,
                area.source + (row &* placeRow &+ column &* placeColumn), area.vectors)
            tile &+= run
            advance(run &* width, &row, &column)
        }
    }

    /// Goes on by `places`.
    @inline(__always)
    private func advance(_ places: Int, _ row: inout Int, _ column: inout Int) {
        column &+= places
        while column >= columns {
            column &-= columns
            row &+= 1
        }
    }

    /// Says where `width` places are, the first of them in `column`, as steps from it.
    @inline(__always)
    private func setPlaces(_ width: Int, from column: Int) {
        let numbers = PositionVector(0, 1, 2, 3, 4, 5, 6, 7)
        let (placeRow, placeColumn) = (Int32(truncatingIfNeeded: placeRow), Int32(truncatingIfNeeded: placeColumn))
        let resultRow = Int32(truncatingIfNeeded: resultSteps.row)
        let addendRow = Int32(truncatingIfNeeded: addendSteps.row)
        let vector = Int32(truncatingIfNeeded: lanes)
        let span = Int32(truncatingIfNeeded: columns)
        let places = holdsWindows ? numbers &>> 2 : numbers
        var (sources, results, addends) = (places &* placeColumn, numbers &* vector, numbers &* vector)
        if holdsWindows {
            let (right, down) = (Int32(truncatingIfNeeded: columnStep), Int32(truncatingIfNeeded: rowStep))
            sources &+= PositionVector(0, right, down, down &+ right, 0, right, down, down &+ right)
        }
        // Each time that the places reach the end of a row, those from there on move to the next one.
        var end = columns &- column
        while end < width {
            let first = Int32(truncatingIfNeeded: end)
            sources &+= after(first, places) & (placeRow &- span &* placeColumn)
            results &+= after(first, numbers) & (resultRow &- span &* vector)
            addends &+= after(first, numbers) & (addendRow &- span &* vector)
            end &+= columns
        }
        memory.pointee.sources = unsafeBitCast(sources, to: Positions.self)
        memory.pointee.results = unsafeBitCast(results, to: Positions.self)
        memory.pointee.addends = unsafeBitCast(addends, to: Positions.self)
    }

    /// All bits where a place is `first` or comes after it.
    @inline(__always)
    private func after(_ first: Int32, _ places: PositionVector) -> PositionVector {
        // The sign of a difference: Swift compares vectors of integers lane by lane.
        (PositionVector(repeating: first &- 1) &- places) &>> 31
    }

    // MARK: Windows of any size

    /// Goes through windows, some at a time, and of these through one position of each at a time.
    private func scan(_ area: PlaceArea) {
        var windows = WindowScan()
        withUnsafeMutablePointer(to: &windows) { windows in
            memory.pointee.sums = UnsafeMutableRawPointer(windows).assumingMemoryBound(to: Float.self)
            memory.pointee.tiles = 1
            let parts = EqualParts(of: area.rows &* columns, maximum: tilePlaces)
            var (row, column) = (0, 0)
            for tile in 0..<parts.count {
                let width = parts.size(of: tile)
                select(area, row: row, column: column)
                setPlaces(width, from: column)
                scan(
                    width, area.source + (row &* placeRow &+ column &* placeColumn), area.vectors, windows)
                storeMaximum(width, windows)
                storeArgmaxes(width, windows)
                advance(width, &row, &column)
            }
        }
    }

    /// Finds the maximum of `width` windows.
    private func scan(
        _ width: Int, _ origin: Floats, _ vectors: Floats, _ windows: UnsafeMutablePointer<WindowScan>
    ) {
        for position in 0..<windowHeight * windowWidth {
            computeLinear(
                outputs: outputs, positions: width, memory,
                origin + position / windowWidth * rowStep + position % windowWidth * columnStep, vectors)
            for place in 0..<width * outputs {
                takeNext(
                    windows.pointee.sums[place], position, &windows.pointee.maximum[place],
                    &windows.pointee.places[place])
            }
        }
    }

    /// Applies the activation to the maximum of each window and stores it.
    private func storeMaximum(_ width: Int, _ windows: UnsafeMutablePointer<WindowScan>) {
        let limits = memory.pointee.limits
        for window in 0..<width {
            let target = memory.pointee.destination.unsafelyUnwrapped + Int(memory.pointee.results[window])
            for output in 0..<outputs {
                let result = limits.applied(to: windows.pointee.maximum[window * outputs + output])
                windows.pointee.maximum[window * outputs + output] = result
                target.store(result, at: output * memory.pointee.destinationStep)
            }
        }
    }

    /// Stores the argmaxes of `width` windows.
    private func storeArgmaxes(_ width: Int, _ windows: UnsafeMutablePointer<WindowScan>) {
        guard let bytes = memory.pointee.argmax else { return }
        let step = memory.pointee.argmaxStep
        for window in 0..<width {
            for output in 0..<outputs {
                let place = window * outputs + output
                var chosen = windows.pointee.places[place]
                if memory.pointee.limits.relu { chosen = chosenAboveZero(chosen, windows.pointee.maximum[place]) }
                storeBytes(of: chosen, at: bytes + output * step + window * lanes)
            }
        }
    }
}

/// The windows that are gone through together: each sum at a position, the maximum so far, and where in its window it is.
private struct WindowScan {
    #if VECTOR_16
        typealias Places = InlineArray<24, IntegerVector>
    #else
        typealias Places = InlineArray<12, IntegerVector>
    #endif
    var sums = noSums
    var maximum = noSums
    var places = unsafeBitCast(noSums, to: Places.self)
}
