import ApusInstructions
import CPlatform
import Glibc

func copyElements(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let settings = parameters.load(as: CopyParameters.self)
    let plan = CopyPlan(settings, samples: samples)
    if plan.loops.isEmpty { return }
    let (source, destination) = (operands[0].unsafelyUnwrapped, operands[1].unsafelyUnwrapped)
    switch settings.elementBytes {
    case 1: CopyRun<UInt8>(plan, source, destination).run()
    case 2: CopyRun<UInt16>(plan, source, destination).run()
    case 4: CopyRun<UInt32>(plan, source, destination).run()
    default: CopyRun<UInt64>(plan, source, destination).run()
    }
}

private let source = 0
private let destination = 1

/// The loops of a copy, in the order in which it runs them. Any order gives the same.
///
/// Loops go forward in the destination, the one with the smallest stride innermost; the loop by which the source's elements lie
/// together, where that is another one, is the second.
private struct CopyPlan {
    private(set) var loops = StridedLoops(operands: 2)
    /// Elements from the operands' addresses to where the loops start.
    private(set) var starts = (source: 0, destination: 0)
    /// Whether the two innermost loops exchange the order of elements.
    private(set) var isTransposed = false

    init(_ settings: CopyParameters, samples: Int) {
        var extents = Nine(repeating: 1)
        var steps = InlineArray<9, Nine>(repeating: Nine(repeating: 0))
        var count = 0
        func add(_ extent: Int, _ from: Int, _ to: Int) {
            if extent == 1 { return }
            let isBackward = to < 0
            if isBackward {
                starts.source &+= (extent - 1) &* from
                starts.destination &+= (extent - 1) &* to
            }
            // Larger strides are further out; equal ones stay in their order.
            let stride = abs(to)
            var place = count
            while place > 0 && steps[place - 1][destination] < stride {
                extents[place] = extents[place - 1]
                steps[place] = steps[place - 1]
                place -= 1
            }
            extents[place] = extent
            steps[place][source] = isBackward ? 0 &- from : from
            steps[place][destination] = stride
            count += 1
        }
        add(samples, Int(settings.sourceSampleStride), Int(settings.destinationSampleStride))
        withNumbers(of: settings.extents) { sizes in
            withNumbers(of: settings.sourceStrides) { from in
                withNumbers(of: settings.destinationStrides) { to in
                    for loop in 0..<8 { add(Int(sizes[loop]), Int(from[loop]), Int(to[loop])) }
                }
            }
        }
        for loop in 0..<count { loops.append(extent: extents[loop], strides: steps[loop]) }
        exchange()
    }

    /// Brings the loop by which the source's elements lie together next to the innermost one.
    private mutating func exchange() {
        let last = loops.depth - 1
        guard last > 0, loops.strides[last][destination] == 1, loops.strides[last][source] != 1 else { return }
        for loop in 0..<last where loops.strides[loop][source] == 1 {
            var moved = StridedLoops(operands: 2)
            for other in 0..<last where other != loop {
                moved.append(extent: loops.extents[other], strides: loops.strides[other], isKeptApart: true)
            }
            moved.append(extent: loops.extents[loop], strides: loops.strides[loop], isKeptApart: true)
            moved.append(extent: loops.extents[last], strides: loops.strides[last], isKeptApart: true)
            loops = moved
            isTransposed = true
            return
        }
    }
}

/// A copy of elements of one size.
private struct CopyRun<Word: FixedWidthInteger & SIMDScalar> {
    typealias Words = UnsafeMutablePointer<Word>
    let plan: CopyPlan
    let from, to: Words
    let inner, outer: (extent: Int, strides: Nine)

    init(_ plan: CopyPlan, _ source: UnsafeMutableRawPointer, _ destination: UnsafeMutableRawPointer) {
        self.plan = plan
        from = source.assumingMemoryBound(to: Word.self) + plan.starts.source
        to = destination.assumingMemoryBound(to: Word.self) + plan.starts.destination
        inner = plan.loops.loop()
        outer = plan.loops.loop(outside: 1)
    }

    /// Runs of at least as many bytes are left to the C library, which has what is best for long ones.
    private var longRun: Int { 64 / MemoryLayout<Word>.stride }

    func run() {
        if plan.isTransposed {
            transpose()
            return
        }
        let (sourceStep, step) = (inner.strides[source], inner.strides[destination])
        // The two innermost loops are in each case's own hands.
        plan.loops.forEach(outside: 2) { offsets, _ in
            let a = from + offsets[source]
            let b = to + offsets[destination]
            for row in 0..<outer.extent {
                let a = a + row &* outer.strides[source]
                let b = b + row &* outer.strides[destination]
                if step == 1 && sourceStep == 1 {
                    copyRun(a, b)
                } else if step == 1 && sourceStep == 0 {
                    let word = a[0]
                    for index in 0..<inner.extent { b[index] = word }
                } else if step == 1 && sourceStep == -1 {
                    for index in 0..<inner.extent { b[index] = a[0 &- index] }
                } else if step == 1 && sourceStep == 2 && MemoryLayout<Word>.stride == 4 {
                    copyEverySecond(floats(a), to: floats(b), count: inner.extent)
                } else if step == 1 {
                    for index in 0..<inner.extent { b[index] = a[index &* sourceStep] }
                } else {
                    for index in 0..<inner.extent { b[index &* step] = a[index &* sourceStep] }
                }
            }
        }
    }

    @inline(__always)
    private func floats(_ words: Words) -> Floats {
        UnsafeMutableRawPointer(words).assumingMemoryBound(to: Float.self)
    }

    @inline(__always)
    private func copyRun(_ a: Words, _ b: Words) {
        let count = inner.extent
        if count >= longRun {
            memcpy(b, a, count &* MemoryLayout<Word>.stride)
        } else {
            var index = 0
            while index + 4 <= count {
                let four = UnsafeRawPointer(a + index).loadUnaligned(as: SIMD4<Word>.self)
                UnsafeMutableRawPointer(b + index).storeBytes(of: four, as: SIMD4<Word>.self)
                index += 4
            }
            while index < count {
                b[index] = a[index]
                index += 1
            }
        }
    }

    /// A matrix that is transposed, for each iteration of the outer loops.
    private func transpose() {
        var bytes = MemoryLayout<Word>.stride
        for loop in 0..<plan.loops.depth { bytes &*= plan.loops.extents[loop] }
        if !matrix(Nine(repeating: 0)).isStaged(of: bytes) {
            plan.loops.forEach(outside: 2) { offsets, _ in matrix(offsets).run() }
            return
        }
        let streams = bytes >= streamedBytes
        var buffer = InlineArray<2056, UInt64>(repeating: 0)
        withUnsafeMutableBytes(of: &buffer) { room in
            let start = room.baseAddress.unsafelyUnwrapped.alignedUp(toMultipleOf: 64)
            plan.loops.forEach(outside: 2) { offsets, _ in matrix(offsets).run(buffer: start, streams: streams) }
        }
        if streams { apus_fence() }
    }

    /// `b[j · D + i] = a[i · S + j]` for `i` of the inner loop and `j` of the outer one.
    private func matrix(_ offsets: Nine) -> TransposedCopy<Word> {
        TransposedCopy(
            from: from + offsets[source], readStep: inner.strides[source], to: to + offsets[destination],
            writeStep: outer.strides[destination], columns: inner.extent, rows: outer.extent)
    }
}
