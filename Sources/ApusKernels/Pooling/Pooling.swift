import ApusInstructions

/// The maximum of a window, lane by lane, and where it was: the first maximum, or one that is not a number.
@inline(__always)
private func maximum(
    _ corner: Floats, rowStride: Int, rows: Range<Int>, columns: Range<Int>, windowWidth: Int
) -> (value: Vector, index: IntegerVector) {
    var value = Vector(repeating: -Float.infinity)
    var index = IntegerVector(repeating: Int32(truncatingIfNeeded: rows.lowerBound * windowWidth + columns.lowerBound))
    for i in rows {
        for j in columns {
            let candidate = corner.vector(at: i * rowStride + j * lanes)
            let better = (candidate .> value) .| (candidate .!= candidate)
            value.replace(with: candidate, where: better)
            index.replace(
                with: IntegerVector(repeating: Int32(truncatingIfNeeded: i * windowWidth + j)), where: better)
        }
    }
    return (value, index)
}

func maxPool(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int) {
    let settings = parameters.load(as: PoolParameters.self)
    let source = Image(settings.source)
    let destination = Image(settings.destination)
    let window = PoolWindow(settings)
    let argmaxes = operands[2]
    let argmaxBlock = destination.height * destination.width * lanes
    for sample in 0..<samples {
        for block in 0..<destination.blocks {
            let from = operands.floats(0) + sample * source.sampleStride + block * source.blockStride + source.origin
            let to =
                operands.floats(1) + sample * destination.sampleStride + block * destination.blockStride
                + destination.origin
            var argmax = argmaxes.map { $0 + sample * Int(settings.argmaxStride) + block * argmaxBlock }
            for y in 0..<destination.height {
                let rows = window.rows(at: y, limit: source.height)
                for x in 0..<destination.width {
                    let columns = window.columns(at: x, limit: source.width)
                    let corner =
                        from + (y * window.strideY - window.padTop) * source.rowStride
                        + (x * window.strideX - window.padLeft) * lanes
                    let best = maximum(
                        corner, rowStride: source.rowStride, rows: rows, columns: columns, windowWidth: window.width)
                    to.store(best.value, at: y * destination.rowStride + x * lanes)
                    if let place = argmax {
                        place.storeBytes(of: ByteVector(truncatingIfNeeded: best.index), as: ByteVector.self)
                        argmax = place + lanes
                    }
                }
            }
        }
    }
}

func maxPoolGradient(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let settings = parameters.load(as: PoolParameters.self)
    let source = Image(settings.source)
    let destination = Image(settings.destination)
    let window = PoolWindow(settings)
    for sample in 0..<samples {
        for block in 0..<destination.blocks {
            let sourceStart = sample * source.sampleStride + block * source.blockStride
            let from = operands.floats(0) + sourceStart + source.origin
            let result = operands.floats(2) + sourceStart + source.origin
            let gradients =
                operands.floats(1) + sample * destination.sampleStride + block * destination.blockStride
                + destination.origin
            source.clearImage(of: operands.floats(2) + sourceStart)
            for y in 0..<destination.height {
                let rows = window.rows(at: y, limit: source.height)
                for x in 0..<destination.width {
                    let columns = window.columns(at: x, limit: source.width)
                    let corner =
                        (y * window.strideY - window.padTop) * source.rowStride
                        + (x * window.strideX - window.padLeft) * lanes
                    let best = maximum(
                        from + corner, rowStride: source.rowStride, rows: rows, columns: columns,
                        windowWidth: window.width)
                    let gradient = gradients.vector(at: y * destination.rowStride + x * lanes)
                    for i in rows {
                        for j in columns {
                            let place = corner + i * source.rowStride + j * lanes
                            let chosen =
                                best.index .== IntegerVector(repeating: Int32(truncatingIfNeeded: i * window.width + j))
                            result.store(
                                result.vector(at: place) + Vector().replacing(with: gradient, where: chosen), at: place)
                        }
                    }
                }
            }
        }
    }
}

func maxUnpool(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int) {
    let settings = parameters.load(as: PoolParameters.self)
    let source = Image(settings.source)
    let destination = Image(settings.destination)
    let window = PoolWindow(settings)
    let touching = window.strideY == window.height && window.strideX == window.width
    let argmaxBlock = destination.height * destination.width * lanes
    for sample in 0..<samples {
        let argmaxes = operands[0].unsafelyUnwrapped + sample * Int(settings.argmaxStride)
        for block in 0..<destination.blocks {
            let start = operands.floats(2) + sample * source.sampleStride + block * source.blockStride
            let argmax = argmaxes + block * argmaxBlock
            let gradients =
                operands.floats(1) + sample * destination.sampleStride + block * destination.blockStride
                + destination.origin
            if !touching {
                source.clearImage(of: start)
            }
            let to = start + source.origin
            if touching && window.height == 2 && window.width == 2 {
                unpool(argmax, gradients, destination, to, source, window, height: 2, width: 2)
            } else {
                unpool(
                    argmax, gradients, destination, to, source, window, height: window.height, width: window.width)
            }
            if touching {
                clearRemainder(
                    to, source, height: destination.height * window.height, width: destination.width * window.width)
            }
        }
    }
}

/// Writes the window of each output of one block.
@inline(__always)
private func unpool(
    _ argmaxes: UnsafeMutableRawPointer, _ gradients: Floats, _ destination: Image, _ to: Floats, _ source: Image,
    _ window: PoolWindow, height: Int, width: Int
) {
    for y in 0..<destination.height {
        for x in 0..<destination.width {
            let argmax = loadedBytes(at: argmaxes + (y * destination.width + x) * lanes)
            let gradient = gradients.vector(at: y * destination.rowStride + x * lanes)
            let corner = to + y * window.strideY * source.rowStride + x * window.strideX * lanes
            for i in 0..<height {
                for j in 0..<width {
                    corner.store(unpooled(gradient, argmax, at: i * width + j), at: i * source.rowStride + j * lanes)
                }
            }
        }
    }
}

/// Zeroes the rows from `height` on and the columns from `width` on: they fill no window.
@inline(__always)
private func clearRemainder(_ to: Floats, _ source: Image, height: Int, width: Int) {
    if width < source.width {
        for y in 0..<height {
            fill(to + y * source.rowStride + width * lanes, count: (source.width - width) * lanes, with: 0)
        }
    }
    for y in height..<max(height, source.height) {
        fill(to + y * source.rowStride, count: source.width * lanes, with: 0)
    }
}

func averagePool(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int) {
    let settings = parameters.load(as: PoolParameters.self)
    let source = Image(settings.source)
    let destination = Image(settings.destination)
    let window = PoolWindow(settings)
    for sample in 0..<samples {
        for block in 0..<destination.blocks {
            let from = operands.floats(0) + sample * source.sampleStride + block * source.blockStride + source.origin
            let to =
                operands.floats(1) + sample * destination.sampleStride + block * destination.blockStride
                + destination.origin
            for y in 0..<destination.height {
                let rows = window.rows(at: y, limit: source.height)
                for x in 0..<destination.width {
                    let columns = window.columns(at: x, limit: source.width)
                    let corner =
                        from + (y * window.strideY - window.padTop) * source.rowStride
                        + (x * window.strideX - window.padLeft) * lanes
                    var sum = Vector()
                    for i in rows {
                        for j in columns {
                            sum += corner.vector(at: i * source.rowStride + j * lanes)
                        }
                    }
                    let share = windowShare(window, rows, columns, countPadding: settings.countPadding == 1)
                    to.store(sum * share, at: y * destination.rowStride + x * lanes)
                }
            }
        }
    }
}

func averagePoolGradient(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let settings = parameters.load(as: PoolParameters.self)
    let source = Image(settings.source)
    let destination = Image(settings.destination)
    let window = PoolWindow(settings)
    for sample in 0..<samples {
        for block in 0..<destination.blocks {
            let start = operands.floats(1) + sample * source.sampleStride + block * source.blockStride
            let gradients =
                operands.floats(0) + sample * destination.sampleStride + block * destination.blockStride
                + destination.origin
            source.clearImage(of: start)
            for y in 0..<destination.height {
                let rows = window.rows(at: y, limit: source.height)
                for x in 0..<destination.width {
                    let columns = window.columns(at: x, limit: source.width)
                    let corner =
                        start + source.origin + (y * window.strideY - window.padTop) * source.rowStride
                        + (x * window.strideX - window.padLeft) * lanes
                    let share =
                        gradients.vector(at: y * destination.rowStride + x * lanes)
                        * windowShare(window, rows, columns, countPadding: settings.countPadding == 1)
                    for i in rows {
                        for j in columns {
                            let place = i * source.rowStride + j * lanes
                            corner.store(corner.vector(at: place) + share, at: place)
                        }
                    }
                }
            }
        }
    }
}

/// One over the elements that an average counts; 0 for a window that lies outside the image.
@inline(__always)
private func windowShare(_ window: PoolWindow, _ rows: Range<Int>, _ columns: Range<Int>, countPadding: Bool) -> Float {
    let count = countPadding ? window.height * window.width : rows.count * columns.count
    return count > 0 ? 1 / Float(count) : 0
}
