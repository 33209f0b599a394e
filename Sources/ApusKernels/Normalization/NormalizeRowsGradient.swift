import ApusInstructions

func normalizeRowsGradient(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let rows = NormalizedRows(parameters.load(as: NormalizeRowsParameters.self))
    let means = operands.optionalFloats(3)
    let inverses = operands.floats(4)
    let result = operands.optionalFloats(5)
    let share = 1 / Float(rows.count)
    rows.forEachRow(samples) { read, gradientPlace, statistic, channel in
        let row = GradientRow(
            source: operands.floats(0) + read, gradient: operands.floats(1) + gradientPlace,
            scales: operands.optionalFloats(2).map { $0 + channel },
            scaleGradients: operands.optionalFloats(6).map { $0 + channel },
            biasGradients: operands.optionalFloats(7).map { $0 + channel },
            mean: Vector(repeating: means?[statistic] ?? 0), inverse: Vector(repeating: inverses[statistic]))
        let sums = rows.spatial == 1 ? row.sumByElement(rows.count) : row.sumByChannel(rows.channels, rows.spatial)
        guard let result else { return }
        let common = Vector(repeating: rows.isCentered ? sums.gradient * share : 0)
        let slope = Vector(repeating: sums.product * share)
        if rows.spatial == 1 {
            forEachVector(rows.count) { offset, width in
                let scale = row.scales?.load(offset, width) ?? Vector(repeating: 1)
                row.store(at: offset, width, scale: scale, common: common, slope: slope, to: result + read)
            }
            return
        }
        for part in 0..<rows.channels {
            let scale = Vector(repeating: row.scales?[part] ?? 1)
            forEachVector(rows.spatial) { offset, width in
                row.store(
                    at: part * rows.spatial + offset, width, scale: scale, common: common, slope: slope,
                    to: result + read)
            }
        }
    }
}

/// One row, and the gradients of its channels.
private struct GradientRow {
    let source, gradient: Floats
    let scales, scaleGradients, biasGradients: Floats?
    let mean, inverse: Vector

    /// The normalized elements; 0 in lanes that don't count.
    @inline(__always)
    func normalized(_ offset: Int, _ width: Int) -> Vector {
        let x = (source.load(offset, width) - mean) * inverse
        return width == lanes ? x : Vector().replacing(with: x, where: firstLanes(width))
    }

    /// Each element a channel: `Σ h` and `Σ h·x̂`, and the channels' gradients.
    @inline(__always)
    func sumByElement(_ count: Int) -> (gradient: Float, product: Float) {
        var sum = Vector()
        var productSum = Vector()
        forEachVector(count) { offset, width in
            let g = gradient.load(offset, width)
            let x = normalized(offset, width)
            if let scaleGradients {
                scaleGradients.save(multiplyAdd(scaleGradients.load(offset, width), g, x), offset, width)
            }
            if let biasGradients {
                biasGradients.save(biasGradients.load(offset, width) + g, offset, width)
            }
            let scaled = g * (scales?.load(offset, width) ?? Vector(repeating: 1))
            sum += scaled
            productSum = multiplyAdd(productSum, scaled, x)
        }
        return (sumOfLanes(sum), sumOfLanes(productSum))
    }

    /// The same with `spatial` elements a channel.
    @inline(__always)
    func sumByChannel(_ channels: Int, _ spatial: Int) -> (gradient: Float, product: Float) {
        var total: Float = 0
        var productTotal: Float = 0
        for part in 0..<channels {
            var sum = Vector()
            var productSum = Vector()
            forEachVector(spatial) { offset, width in
                let g = gradient.load(part * spatial + offset, width)
                sum += g
                productSum = multiplyAdd(productSum, g, normalized(part * spatial + offset, width))
            }
            let channelSum = sumOfLanes(sum)
            let channelProduct = sumOfLanes(productSum)
            scaleGradients?[part] += channelProduct
            biasGradients?[part] += channelSum
            total += channelSum * (scales?[part] ?? 1)
            productTotal += channelProduct * (scales?[part] ?? 1)
        }
        return (total, productTotal)
    }

    @inline(__always)
    func store(
        at offset: Int, _ width: Int, scale: Vector, common: Vector, slope: Vector, to result: Floats
    ) {
        let scaled = gradient.load(offset, width) * scale - common
        result.save(multiplyAdd(scaled, normalized(offset, width), -slope) * inverse, offset, width)
    }
}
