import ApusInstructions
import CPlatform

/// The dimensions of a reduction, the samples among them: kept ones with their places in source and destination, and
/// joined ones. Each kind is ordered by the source's strides, so that what lies together is walked through together.
private struct Reduction {
    private(set) var kept = PairedLoops()
    private(set) var joined = PairedLoops()

    init(_ parameters: ReductionParameters, samples: Int) {
        var extents = InlineArray<9, Int>(repeating: samples)
        var sources = InlineArray<9, Int>(repeating: Int(parameters.sourceSampleStride))
        var destinations = InlineArray<9, Int>(repeating: Int(parameters.destinationSampleStride))
        for dimension in 0..<8 {
            var place = dimension + 1
            let stride = Int(parameters.sourceStrides[dimension])
            while place > 0 && abs(sources[place - 1]) < abs(stride) {
                extents[place] = extents[place - 1]
                sources[place] = sources[place - 1]
                destinations[place] = destinations[place - 1]
                place -= 1
            }
            extents[place] = Int(parameters.extents[dimension])
            sources[place] = stride
            destinations[place] = Int(parameters.destinationStrides[dimension])
        }
        for place in 0..<9 {
            if destinations[place] == 0 {
                joined.append(extents[place], first: sources[place], second: 0)
            } else {
                kept.append(extents[place], first: sources[place], second: destinations[place])
            }
        }
    }

    /// Whether neighbours in memory are kept: vectors are columns then, and rows are added to each other.
    var isAcross: Bool {
        if kept.depth == 0 { return false }
        if joined.depth == 0 { return true }
        return abs(kept.inner.first) < abs(joined.inner.first)
    }
}

func reduce(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int) {
    let settings = parameters.load(as: ReductionParameters.self)
    let source = StoredValues(operands[0], settings.sourceType)
    let destination = StoredValues(operands[1], settings.destinationType)
    let loops = Reduction(settings, samples: samples)
    if source.type.isInteger {
        reduceIntegers(
            source, destination, loops.kept, loops.joined, isAcross: loops.isAcross,
            ReduceOperation(rawValue: settings.operation) ?? .sum, accumulate: settings.accumulate == 1)
        return
    }
    var reduction = FloatReduction(source: source, destination: destination, loops: loops, settings: settings)
    apus_with_stack(
        { scratch, reduction in
            reduction.unsafelyUnwrapped.assumingMemoryBound(to: FloatReduction.self).pointee.run(
                scratch.unsafelyUnwrapped.assumingMemoryBound(to: Float.self))
        }, &reduction)
}

/// A reduction of numbers. Its scratch is ``columnScratch`` and a tile of shifts: 68 KiB.
private struct FloatReduction {
    let source, destination: StoredValues
    let loops: Reduction
    let settings: ReductionParameters

    private var accumulates: Bool { settings.accumulate == 1 }

    func run(_ scratch: Floats) {
        switch ReduceOperation(rawValue: settings.operation) {
        case .maximum: reduce(MaximumStep.self, scratch)
        case .minimum: reduce(MinimumStep.self, scratch)
        case .product: reduce(ProductStep.self, scratch)
        case .l1: reduce(MagnitudeStep.self, scratch)
        case .l2: reduce(SquareStep.self, scratch) { squareRoot($0) }
        case .sumSquare: reduce(SquareStep.self, scratch)
        case .logSumExp: reduceExponentials(scratch)
        default: reduce(SumStep.self, scratch)
        }
    }

    @inline(__always)
    private func reduce<Step: ReductionStep>(
        _ step: Step.Type, _ scratch: Floats, _ finish: (Vector) -> Vector = { $0 }
    ) {
        let joined = loops.joined
        if loops.isAcross {
            forEachTile { offset, stride, count, result, resultStride in
                joinColumns(
                    step, source, offset, stride: stride, count: count, joined, shift: nil, scratch: scratch)
                finishTile(count, result, resultStride) { finish(scratch.vector(at: $0)) }
            }
        } else {
            forEachRow { offset, result in
                let total = joinedRow(step, source, offset, joined, shift: 0, buffer: scratch)
                put(finish(Vector(repeating: total))[0], at: result)
            }
        }
    }

    /// The maximum first; where that is infinite or not a number, so is the result.
    private func reduceExponentials(_ scratch: Floats) {
        let joined = loops.joined
        if loops.isAcross {
            let shifts = scratch + columnScratch
            forEachTile { offset, stride, count, result, resultStride in
                joinColumns(
                    MaximumStep.self, source, offset, stride: stride, count: count, joined, shift: nil,
                    scratch: scratch)
                copy(scratch, to: shifts, count: (count + lanes - 1) / lanes * lanes)
                joinColumns(
                    ExponentialStep.self, source, offset, stride: stride, count: count, joined, shift: shifts,
                    scratch: scratch)
                finishTile(count, result, resultStride) {
                    logarithmOfSum(scratch.vector(at: $0), shift: shifts.vector(at: $0))
                }
            }
        } else {
            forEachRow { offset, result in
                let shift = joinedRow(MaximumStep.self, source, offset, joined, shift: 0, buffer: scratch)
                let total = joinedRow(ExponentialStep.self, source, offset, joined, shift: shift, buffer: scratch)
                put(logarithmOfSum(Vector(repeating: total), shift: Vector(repeating: shift))[0], at: result)
            }
        }
    }

    @inline(__always)
    private func logarithmOfSum(_ sum: Vector, shift: Vector) -> Vector {
        (logarithm(sum) + shift).replacing(
            with: shift, where: .!(magnitude(shift) .< Vector(repeating: Float.infinity)))
    }

    @inline(__always)
    private func forEachRow(_ body: (_ offset: Int, _ result: Int) -> Void) {
        let inner = loops.kept.inner
        loops.kept.forEachRun { offset, result in
            for index in 0..<inner.count {
                body(offset + index * inner.first, result + index * inner.second)
            }
        }
    }

    @inline(__always)
    private func forEachTile(
        _ body: (_ offset: Int, _ stride: Int, _ count: Int, _ result: Int, _ resultStride: Int) -> Void
    ) {
        let inner = loops.kept.inner
        loops.kept.forEachRun { offset, result in
            var index = 0
            while index < inner.count {
                let count = min(columnTile, inner.count - index)
                body(offset + index * inner.first, inner.first, count, result + index * inner.second, inner.second)
                index += count
            }
        }
    }

    @inline(__always)
    private func put(_ value: Float, at offset: Int) {
        let scaled = settings.scale == 1 ? value : value * settings.scale
        destination.put(accumulates ? destination.float(at: offset) + scaled : scaled, at: offset)
    }

    @inline(__always)
    private func finishTile(_ count: Int, _ result: Int, _ stride: Int, _ finished: (_ column: Int) -> Vector) {
        var column = 0
        if destination.type == .float32 && stride == 1 {
            let to = destination.address.assumingMemoryBound(to: Float.self) + result
            while column + lanes <= count {
                let scaled = finished(column) * settings.scale
                to.store(accumulates ? to.vector(at: column) + scaled : scaled, at: column)
                column += lanes
            }
        }
        while column < count {
            let values = finished(column)
            for lane in 0..<min(lanes, count - column) {
                put(values[lane], at: result + (column + lane) * stride)
            }
            column += lanes
        }
    }
}
