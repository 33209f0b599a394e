import ApusInstructions

func scan(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int) {
    let settings = parameters.load(as: AxisParameters.self)
    let call = ScanCall(operands: operands, settings: settings, samples: samples)
    switch StoredType(rawValue: Int32(settings.type)) {
    case .int32: call.scanIntegers(Int32.self)
    case .int64: call.scanIntegers(Int64.self)
    default: call.scanNumbers()
    }
}

private struct ScanCall {
    let operands: UnsafePointer<UnsafeMutableRawPointer?>
    let settings: AxisParameters
    let samples: Int

    @inline(__always)
    func scanIntegers<Element: FixedWidthInteger & BitwiseCopyable>(_ type: Element.Type) {
        switch ScanOperation(rawValue: settings.operation) {
        case .product: scan(type, Element(1), { $0 &* $1 }, { $0 })
        case .maximum: scan(type, Element.min, { $1 > $0 ? $1 : $0 }, { $0 })
        default: scan(type, Element(0), { $0 &+ $1 }, { $0 })
        }
    }

    @inline(__always)
    func scanNumbers() {
        switch ScanOperation(rawValue: settings.operation) {
        case .product: scan(Float.self, 1.0, { $0 * Double($1) }, { Float($0) })
        case .maximum:
            scan(Float.self, -Float.infinity, { $0 > $1 || $0 != $0 ? $0 : $1 }, { $0 })
        default: scan(Float.self, 0.0, { $0 + Double($1) }, { Float($0) })
        }
    }

    @inline(__always)
    private func scan<Element: BitwiseCopyable, Total: BitwiseCopyable>(
        _ type: Element.Type, _ identity: Total, _ join: (Total, Element) -> Total, _ result: (Total) -> Element
    ) {
        let source = operands[0].unsafelyUnwrapped.assumingMemoryBound(to: Element.self)
        let destination = operands[1].unsafelyUnwrapped.assumingMemoryBound(to: Element.self)
        let axis = Int(settings.axis)
        let inner = Int(settings.inner)
        let isExclusive = settings.option == 1
        let start = settings.isBackward == 1 ? (axis - 1) * inner : 0
        let step = settings.isBackward == 1 ? -inner : inner
        if inner == 1 {
            scanLines(type, identity, join, result)
            return
        }
        // Columns that are scanned together. On the stack: a temporary allocation of this size would come from the heap.
        let tile = 256
        var totals = InlineArray<256, Total>(repeating: identity)
        withUnsafeMutableBytes(of: &totals) { bytes in
            let totals = bytes.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: Total.self)
            for sample in 0..<samples {
                for outer in 0..<Int(settings.outer) {
                    let from = source + (sample * Int(settings.sourceSampleStride) + outer * axis * inner + start)
                    let to =
                        destination + (sample * Int(settings.destinationSampleStride) + outer * axis * inner + start)
                    var column = 0
                    while column < inner {
                        let width = min(tile, inner - column)
                        for index in 0..<width { totals[index] = identity }
                        var offset = column
                        for _ in 0..<axis {
                            for index in 0..<width {
                                let joined = join(totals[index], from[offset + index])
                                to[offset + index] = result(isExclusive ? totals[index] : joined)
                                totals[index] = joined
                            }
                            offset += step
                        }
                        column += width
                    }
                }
            }
        }
    }

    /// Scans along neighbours in memory, four lines at the same time: each step waits for the one before it in its line.
    @inline(__always)
    private func scanLines<Element: BitwiseCopyable, Total: BitwiseCopyable>(
        _ type: Element.Type, _ identity: Total, _ join: (Total, Element) -> Total, _ result: (Total) -> Element
    ) {
        let axis = Int(settings.axis)
        let outer = Int(settings.outer)
        let isExclusive = settings.option == 1
        let start = settings.isBackward == 1 ? axis - 1 : 0
        let step = settings.isBackward == 1 ? -1 : 1
        for sample in 0..<samples {
            let source =
                operands[0].unsafelyUnwrapped.assumingMemoryBound(to: Element.self)
                + (sample * Int(settings.sourceSampleStride) + start)
            let destination =
                operands[1].unsafelyUnwrapped.assumingMemoryBound(to: Element.self)
                + (sample * Int(settings.destinationSampleStride) + start)
            var line = 0
            while line + 4 <= outer {
                var (a, b, c, d) = (identity, identity, identity, identity)
                var place = line * axis
                for _ in 0..<axis {
                    let (w, x, y, z) = (
                        join(a, source[place]), join(b, source[place + axis]), join(c, source[place + 2 * axis]),
                        join(d, source[place + 3 * axis])
                    )
                    destination[place] = result(isExclusive ? a : w)
                    destination[place + axis] = result(isExclusive ? b : x)
                    destination[place + 2 * axis] = result(isExclusive ? c : y)
                    destination[place + 3 * axis] = result(isExclusive ? d : z)
                    (a, b, c, d) = (w, x, y, z)
                    place += step
                }
                line += 4
            }
            while line < outer {
                var total = identity
                var place = line * axis
                for _ in 0..<axis {
                    let joined = join(total, source[place])
                    destination[place] = result(isExclusive ? total : joined)
                    total = joined
                    place += step
                }
                line += 1
            }
        }
    }
}
