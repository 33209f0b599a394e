import ApusInstructions
import CPlatform

func packMatrix(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let parameters = parameters.assumingMemoryBound(to: PackMatrixParameters.self).pointee
    let (lines, depth, width) = (Int(parameters.lines), Int(parameters.depth), Int(parameters.width))
    var packed = operands.floats(1)
    for matrix in 0..<Int(parameters.matrices) {
        packPanels(
            operands.floats(0) + matrix * Int(parameters.matrixStride), lineStride: Int(parameters.lineStride),
            depthStride: Int(parameters.depthStride), lines: lines, depth: depth, width: width, to: packed)
        packed += (lines + width - 1) / width * width * depth
    }
}

/// Puts `lines` lines of `depth` terms into panels of `width` lines, `[panel][depth][width]`. The last panel is filled with
/// zeros.
func packPanels(
    _ source: Floats, lineStride: Int, depthStride: Int, lines: Int, depth: Int, width: Int, to packed: Floats
) {
    var panel = packed
    var first = 0
    if lineStride == 1 {
        // Several panels at a time: what is read together is then longer than a cache line, and the pages are fewer.
        while first + 4 &* width <= lines {
            for term in 0..<depth {
                let values = source + first + term &* depthStride
                for number in 0..<4 {
                    copyLine(values + number &* width, panel + (number &* depth + term) &* width, width)
                }
            }
            panel += 4 &* depth &* width
            first += 4 &* width
        }
    }
    while first < lines {
        let count = min(width, lines - first)
        let start = source + first &* lineStride
        if count < width { fill(panel, count: depth &* width, with: 0) }
        if lineStride == 1 {
            for term in 0..<depth { copyLine(start + term &* depthStride, panel + term &* width, count) }
        } else {
            let fours = depthStride == 1 ? count & ~3 : 0
            if fours > 0 { transposeFours(start, lineStride, lines: fours, depth: depth, width: width, panel) }
            for line in fours..<max(fours, count) {
                let values = start + line &* lineStride
                for term in 0..<depth { panel[term &* width + line] = values[term &* depthStride] }
            }
        }
        panel += depth &* width
        first += width
    }
}

/// A few adjacent elements.
@inline(__always)
private func copyLine(_ source: Floats, _ destination: Floats, _ count: Int) {
    var index = 0
    while index + lanes <= count {
        destination.store(source.vector(at: index), at: index)
        index += lanes
    }
    while index + 4 <= count {
        destination.storeFour(source.four(at: index), at: index)
        index += 4
    }
    while index < count {
        destination[index] = source[index]
        index += 1
    }
}

/// Lines whose terms are adjacent, four lines by four terms at a time. `lines` is a multiple of four.
private func transposeFours(
    _ source: Floats, _ lineStride: Int, lines: Int, depth: Int, width: Int, _ panel: Floats
) {
    var term = 0
    while term + 4 <= depth {
        var line = 0
        while line < lines {
            let values = source + line &* lineStride + term
            let (a, b) = (values.four(at: 0), values.four(at: lineStride))
            let (c, d) = (values.four(at: 2 &* lineStride), values.four(at: 3 &* lineStride))
            let (lowFirst, lowSecond) = (apus_low_lanes_4(a, b), apus_low_lanes_4(c, d))
            let (highFirst, highSecond) = (apus_high_lanes_4(a, b), apus_high_lanes_4(c, d))
            let place = panel + term &* width + line
            place.storeFour(apus_low_pairs_4(lowFirst, lowSecond), at: 0)
            place.storeFour(apus_high_pairs_4(lowFirst, lowSecond), at: width)
            place.storeFour(apus_low_pairs_4(highFirst, highSecond), at: 2 &* width)
            place.storeFour(apus_high_pairs_4(highFirst, highSecond), at: 3 &* width)
            line += 4
        }
        term += 4
    }
    while term < depth {
        for line in 0..<lines { panel[term &* width + line] = source[line &* lineStride + term] }
        term += 1
    }
}

extension UnsafeMutablePointer<Float> {
    @inline(__always)
    fileprivate func four(at offset: Int) -> SIMD4<Float> {
        UnsafeRawPointer(self + offset).loadUnaligned(as: SIMD4<Float>.self)
    }

    @inline(__always)
    fileprivate func storeFour(_ four: SIMD4<Float>, at offset: Int) {
        UnsafeMutableRawPointer(self + offset).storeBytes(of: four, as: SIMD4<Float>.self)
    }
}
