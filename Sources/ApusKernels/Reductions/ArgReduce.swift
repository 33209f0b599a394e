import ApusInstructions

func argReduce(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int) {
    let settings = parameters.load(as: AxisParameters.self)
    let source = StoredValues(operands[0], settings.type)
    let call = ArgReduceCall(
        source: source, destination: operands[1].unsafelyUnwrapped, settings: settings, samples: samples)
    let isMinimum = settings.operation == ArgReduceOperation.minimum.rawValue
    if source.type == .float32 {
        argReduceFloats(operands, settings, samples)
        return
    }
    // On the stack: a temporary allocation of this size would come from the heap. Three tiles of eight bytes an element.
    var scratch = InlineArray<768, Int64>(repeating: 0)
    withUnsafeMutableBytes(of: &scratch) { bytes in
        let start = bytes.baseAddress.unsafelyUnwrapped
        let scratch = start.assumingMemoryBound(to: Int64.self)
        if source.type.isInteger {
            call.forEachTile { place, stride, width, axis, result in
                let load = { step, count in
                    source.integers(at: place + step * stride, stride: 1, count: count, buffer: scratch)
                }
                call.compare(width, axis, load, best: scratch + tile, places: scratch + 2 * tile, result) {
                    isMinimum ? $0 < $1 : $0 > $1
                }
            }
        } else {
            let numbers = start.assumingMemoryBound(to: Float.self)
            call.forEachTile { place, stride, width, axis, result in
                let load = { step, count in
                    source.floats(at: place + step * stride, stride: 1, count: count, buffer: numbers)
                }
                call.compare(width, axis, load, best: numbers + tile, places: scratch + 2 * tile, result) {
                    $0 != $0 ? $1 == $1 : isMinimum ? $0 < $1 : $0 > $1
                }
            }
        }
    }
}

/// Columns that are compared together.
private let tile = 256

private struct ArgReduceCall {
    let source: StoredValues
    let destination: UnsafeMutableRawPointer
    let settings: AxisParameters
    let samples: Int

    /// Calls `body` with the place of the first element of each tile of columns, the stride of the axis, and where the
    /// results go.
    @inline(__always)
    func forEachTile(_ body: (_ place: Int, _ stride: Int, _ count: Int, _ axis: Int, _ result: Int) -> Void) {
        let axis = Int(settings.axis)
        let inner = Int(settings.inner)
        for sample in 0..<samples {
            for outer in 0..<Int(settings.outer) {
                var column = 0
                while column < inner {
                    body(
                        sample * Int(settings.sourceSampleStride) + outer * axis * inner + column, inner,
                        min(tile, inner - column), axis,
                        sample * Int(settings.destinationSampleStride) + outer * inner + column)
                    column += tile
                }
            }
        }
    }

    /// Goes through the axis from the end whose equals win: only what is better takes the place. A long line by itself is
    /// taken as ``tile`` / 4 columns of every so many elements, whose results are compared at the end.
    @inline(__always)
    func compare<Element>(
        _ count: Int, _ axis: Int, _ load: (_ step: Int, _ count: Int) -> UnsafeMutablePointer<Element>,
        best: UnsafeMutablePointer<Element>, places: Integers, _ result: Int, isBetter: (Element, Element) -> Bool
    ) {
        let columns = tile / 4
        if settings.inner > 1 || axis < 4 * columns {
            search(count, axis, step: 1, load, best: best, places: places, isBetter: isBetter)
            for column in 0..<count { put(places[column], at: result + column) }
            return
        }
        search(columns, axis / columns, step: columns, load, best: best, places: places, isBetter: isBetter)
        var (winner, place) = (best[0], places[0])
        @inline(__always)
        func offer(_ element: Element, _ candidate: Int64) {
            let isEqual = !isBetter(winner, element)
            let isNearer = settings.isBackward == 1 ? candidate > place : candidate < place
            if isBetter(element, winner) || isEqual && isNearer { (winner, place) = (element, candidate) }
        }
        for column in 1..<columns { offer(best[column], places[column] + Int64(column)) }
        for index in axis / columns * columns..<axis { offer(load(index, 1)[0], Int64(index)) }
        put(place, at: result)
    }

    /// The best of each of `count` columns, and the number of its row times `step`.
    @inline(__always)
    private func search<Element>(
        _ count: Int, _ rows: Int, step: Int, _ load: (_ step: Int, _ count: Int) -> UnsafeMutablePointer<Element>,
        best: UnsafeMutablePointer<Element>, places: Integers, isBetter: (Element, Element) -> Bool
    ) {
        let isBackward = settings.isBackward == 1
        let first = isBackward ? (rows - 1) * step : 0
        let start = load(first, count)
        for column in 0..<count {
            best[column] = start[column]
            places[column] = Int64(first)
        }
        for number in 1..<max(rows, 1) {
            let place = (isBackward ? rows - 1 - number : number) * step
            let row = load(place, count)
            for column in 0..<count {
                let takes = isBetter(row[column], best[column])
                best[column] = takes ? row[column] : best[column]
                places[column] = takes ? Int64(place) : places[column]
            }
        }
    }

    @inline(__always)
    private func put(_ place: Int64, at offset: Int) {
        if settings.option == 8 {
            destination.assumingMemoryBound(to: Int64.self)[offset] = place
        } else {
            destination.assumingMemoryBound(to: Int32.self)[offset] = Int32(truncatingIfNeeded: place)
        }
    }
}
