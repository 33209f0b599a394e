import ApusInstructions
import Glibc

/// The windows of one instruction.
private struct WindowLoops {
    let depth, height, width: WindowAxis
    let settings: WindowParameters
    let outer: Int

    init(_ settings: WindowParameters) {
        self.settings = settings
        outer = Int(settings.outer)
        depth = WindowAxis(
            settings.source.0, settings.destination.0, settings.window.0, settings.stride.0, settings.dilation.0,
            settings.padding.0)
        height = WindowAxis(
            settings.source.1, settings.destination.1, settings.window.1, settings.stride.1, settings.dilation.1,
            settings.padding.1)
        width = WindowAxis(
            settings.source.2, settings.destination.2, settings.window.2, settings.stride.2, settings.dilation.2,
            settings.padding.2)
    }

    var sourceElements: Int { depth.source * height.source * width.source }
    var positions: Int { depth.destination * height.destination * width.destination }

    /// What the sum of the window at a position is divided by.
    func divisor(_ z: Int, _ y: Int, _ x: Int) -> Float {
        let count: Int
        switch WindowParameters.Divisor(rawValue: settings.divisor) {
        case .all: count = depth.window * height.window * width.window
        case .padded:
            count =
                depth.placesFromPadding(at: z, before: depth.source + Int(settings.endPadding.0))
                * height.placesFromPadding(at: y, before: height.source + Int(settings.endPadding.1))
                * width.placesFromPadding(at: x, before: width.source + Int(settings.endPadding.2))
        default: count = depth.places(at: z).count * height.places(at: y).count * width.places(at: x).count
        }
        return Float(max(1, count))
    }

    /// Calls `body` with each row of a window's places that lies inside of the source: the offset of its first place, and how many
    /// there are.
    @inline(__always)
    func forEachRow(_ z: Int, _ y: Int, _ x: Int, _ body: (_ offset: Int, _ count: Int) -> Void) {
        let columns = width.places(at: x)
        if columns.isEmpty { return }
        let column = width.begin(x) + columns.lowerBound * width.dilation
        for i in depth.places(at: z) {
            let plane = (depth.begin(z) + i * depth.dilation) * height.source
            for j in height.places(at: y) {
                body((plane + height.begin(y) + j * height.dilation) * width.source + column, columns.count)
            }
        }
    }

    /// The maximum of a window and where it is: the first maximum, or the first that is not a number.
    @inline(__always)
    func maximum(_ source: Floats, _ z: Int, _ y: Int, _ x: Int) -> (value: Float, index: Int) {
        var best = -Float.infinity
        var place = -1
        forEachRow(z, y, x) { offset, count in
            for column in 0..<count {
                let index = offset + column * width.dilation
                let value = source[index]
                if place < 0 || value > best || (value != value && best == best) {
                    best = value
                    place = index
                }
            }
        }
        return (best, place)
    }
}

func slidingWindow(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let settings = parameters.load(as: WindowParameters.self)
    let windows = WindowLoops(settings)
    if windows.positions == 0 { return }
    for sample in 0..<samples {
        let source = operands.floats(0) + sample * Int(settings.sourceSampleStride)
        let destination = operands.floats(1) + sample * Int(settings.destinationSampleStride)
        for outer in 0..<windows.outer {
            let from = source + outer * windows.sourceElements
            let to = destination + outer * windows.positions
            if let indices = operands[2], settings.operation == WindowParameters.Operation.maximum.rawValue {
                let first = sample * Int(settings.indexSampleStride) + outer * windows.positions
                indexedMaxima(windows, from, to, indices + first * Int(settings.indexBytes), outer)
            } else {
                rows(windows, from, to)
            }
        }
    }
}

/// Maxima with their indices, position by position.
private func indexedMaxima(
    _ windows: WindowLoops, _ source: Floats, _ destination: Floats, _ indices: UnsafeMutableRawPointer, _ outer: Int
) {
    var position = 0
    let base = windows.settings.indexCountsOuter == 1 ? outer * windows.sourceElements : 0
    for z in 0..<windows.depth.destination {
        for y in 0..<windows.height.destination {
            for x in 0..<windows.width.destination {
                let (value, place) = windows.maximum(source, z, y, x)
                destination[position] = value
                let index = place < 0 ? -1 : place + base
                if windows.settings.indexBytes == 8 {
                    indices.storeBytes(of: Int64(index), toByteOffset: position * 8, as: Int64.self)
                } else {
                    indices.storeBytes(of: Int32(truncatingIfNeeded: index), toByteOffset: position * 4, as: Int32.self)
                }
                position += 1
            }
        }
    }
}

/// Rows of the destination: for each row and column of the window, all positions whose place lies in the source take it in. So the
/// innermost loop goes along a row, and no position has to ask where the source ends.
private func rows(_ windows: WindowLoops, _ source: Floats, _ destination: Floats) {
    let operation = WindowParameters.Operation(rawValue: windows.settings.operation).unsafelyUnwrapped
    let (depth, height, width) = (windows.depth, windows.height, windows.width)
    let exponent = windows.settings.exponent
    for z in 0..<depth.destination {
        for y in 0..<height.destination {
            let row = destination + (z * height.destination + y) * width.destination
            fill(row, count: width.destination, with: operation == .maximum ? -.infinity : 0)
            for i in depth.places(at: z) {
                let plane = (depth.begin(z) + i * depth.dilation) * height.source
                for j in height.places(at: y) {
                    let line = source + (plane + height.begin(y) + j * height.dilation) * width.source
                    for k in 0..<width.window {
                        let positions = width.positions(of: k)
                        let first = line + (width.begin(positions.lowerBound) + k * width.dilation)
                        let target = row + positions.lowerBound
                        let (count, step) = (positions.count, width.stride)
                        switch operation {
                        case .maximum: takeMaxima(first, step, target, count)
                        case .average: addPowers(first, step, target, count) { $0 }
                        case .norm where exponent == 2: addPowers(first, step, target, count) { $0 * $0 }
                        case .norm where exponent == 1: addPowers(first, step, target, count) { abs($0) }
                        case .norm: addPowers(first, step, target, count) { powf(abs($0), exponent) }
                        }
                    }
                }
            }
            finish(windows, operation, row, z, y)
        }
    }
}

/// Divides sums, and takes roots of sums of powers.
private func finish(_ windows: WindowLoops, _ operation: WindowParameters.Operation, _ row: Floats, _ z: Int, _ y: Int)
{
    let exponent = windows.settings.exponent
    switch operation {
    case .maximum: break
    case .average:
        for x in 0..<windows.width.destination { row[x] /= windows.divisor(z, y, x) }
    case .norm where exponent == 2:
        for x in 0..<windows.width.destination { row[x] = row[x].squareRoot() }
    case .norm where exponent == 1: break
    case .norm:
        for x in 0..<windows.width.destination { row[x] = powf(row[x], 1 / exponent) }
    }
}

@inline(__always)
private func takeMaxima(_ source: Floats, _ step: Int, _ target: Floats, _ count: Int) {
    var index = 0
    if step == 1 {
        while index + lanes <= count {
            target.store(maximum(source.vector(at: index), target.vector(at: index)), at: index)
            index += lanes
        }
    } else if step == 2 {
        // The vector after the last one that is used whole would reach beyond the row.
        while index + lanes < count {
            let even = evenLanes(source.vector(at: 2 * index), source.vector(at: 2 * index + lanes))
            target.store(maximum(even, target.vector(at: index)), at: index)
            index += lanes
        }
    }
    while index < count {
        let value = source[index * step]
        if value > target[index] || value != value { target[index] = value }
        index += 1
    }
}

@inline(__always)
private func addPowers(
    _ source: Floats, _ step: Int, _ target: Floats, _ count: Int, _ function: (Float) -> Float
) {
    if step == 1 {
        for index in 0..<count { target[index] += function(source[index]) }
    } else {
        for index in 0..<count { target[index] += function(source[index * step]) }
    }
}

func slidingWindowGradient(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let settings = parameters.load(as: WindowParameters.self)
    let windows = WindowLoops(settings)
    for sample in 0..<samples {
        let sourceStart = sample * Int(settings.sourceSampleStride)
        let gradients = operands.floats(1) + sample * Int(settings.destinationSampleStride)
        for outer in 0..<windows.outer {
            let start = sourceStart + outer * windows.sourceElements
            let result = operands.floats(2) + start
            fill(result, count: windows.sourceElements, with: 0)
            spread(
                windows, operands.optionalFloats(0).map { $0 + start }, gradients + outer * windows.positions,
                to: result)
        }
    }
}

/// Adds each position's share, in the order of the positions.
private func spread(_ windows: WindowLoops, _ source: Floats?, _ gradients: Floats, to result: Floats) {
    let operation = WindowParameters.Operation(rawValue: windows.settings.operation).unsafelyUnwrapped
    let dilation = windows.width.dilation
    var position = 0
    for z in 0..<windows.depth.destination {
        for y in 0..<windows.height.destination {
            for x in 0..<windows.width.destination {
                let gradient = gradients[position]
                position += 1
                switch operation {
                case .maximum:
                    let place = windows.maximum(source.unsafelyUnwrapped, z, y, x).index
                    if place >= 0 { result[place] += gradient }
                case .average:
                    let share = gradient / windows.divisor(z, y, x)
                    windows.forEachRow(z, y, x) { offset, count in
                        for column in 0..<count { result[offset + column * dilation] += share }
                    }
                case .norm: spreadNorm(windows, source.unsafelyUnwrapped, gradient, z, y, x, to: result)
                }
            }
        }
    }
}

/// The derivative of `(Σ |x|^p)^(1/p)` is `sign(x) · (|x| / norm)^(p − 1)`; 0 where the norm is 0.
private func spreadNorm(
    _ windows: WindowLoops, _ source: Floats, _ gradient: Float, _ z: Int, _ y: Int, _ x: Int, to result: Floats
) {
    let exponent = windows.settings.exponent
    let dilation = windows.width.dilation
    var sum: Float = 0
    windows.forEachRow(z, y, x) { offset, count in
        for column in 0..<count { sum += powf(abs(source[offset + column * dilation]), exponent) }
    }
    if sum == 0 { return }
    let norm = powf(sum, 1 / exponent)
    windows.forEachRow(z, y, x) { offset, count in
        for column in 0..<count {
            let place = offset + column * dilation
            let value = source[place]
            if value == 0 { continue }
            let share = gradient * powf(abs(value) / norm, exponent - 1)
            result[place] += value < 0 ? -share : share
        }
    }
}
