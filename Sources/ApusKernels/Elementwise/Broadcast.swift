import ApusInstructions
import CPlatform

/// The six loops of ``BroadcastParameters``, joined where two are as good as one: adjacent loops whose outer stride is
/// the inner one's stride times its extent, in every operand.
private struct Loops {
    private(set) var depth = 0
    private(set) var extents = InlineArray<6, Int>(repeating: 1)
    private(set) var first = InlineArray<6, Int>(repeating: 0)
    private(set) var second = InlineArray<6, Int>(repeating: 0)
    private(set) var destination = InlineArray<6, Int>(repeating: 0)

    init(_ parameters: BroadcastParameters) {
        let allExtents = Self.array(parameters.extents)
        let allFirst = Self.array(parameters.firstStrides)
        let allSecond = Self.array(parameters.secondStrides)
        let allDestination = Self.array(parameters.destinationStrides)
        for loop in 0..<6 where allExtents[loop] != 1 {
            let extent = allExtents[loop]
            let outer = depth - 1
            if depth > 0 && first[outer] == allFirst[loop] * extent && second[outer] == allSecond[loop] * extent
                && destination[outer] == allDestination[loop] * extent
            {
                extents[outer] *= extent
            } else {
                depth += 1
                extents[depth - 1] = extent
            }
            first[depth - 1] = allFirst[loop]
            second[depth - 1] = allSecond[loop]
            destination[depth - 1] = allDestination[loop]
        }
        depth = max(depth, 1)
    }

    @inline(__always)
    private static func array(_ six: BroadcastParameters.Six) -> InlineArray<6, Int> {
        [Int(six.0), Int(six.1), Int(six.2), Int(six.3), Int(six.4), Int(six.5)]
    }

    /// The extent and the strides of the innermost loop.
    var inner: (count: Int, first: Int, second: Int, destination: Int) {
        (extents[depth - 1], first[depth - 1], second[depth - 1], destination[depth - 1])
    }

    /// Elements of a sample.
    var elements: Int {
        var product = 1
        for loop in 0..<depth { product &*= extents[loop] }
        return product
    }

    /// Whether the innermost loop writes neighbours, and reads neighbours or one element.
    var isContiguous: Bool { inner.destination == 1 && inner.first | inner.second | 1 == 1 }

    /// Whether the innermost loop is a vector, and the next one goes on from vector to vector.
    var hasVectors: Bool { depth > 1 && isContiguous && inner.count == lanes }

    /// Calls `body` with the offsets at which each run of the innermost loops starts, in order.
    ///
    /// - Parameter within: how many of the loops a run is.
    @inline(__always)
    func forEachRun(within: Int = 1, _ body: (_ first: Int, _ second: Int, _ destination: Int) -> Void) {
        var counters = InlineArray<6, Int>(repeating: 0)
        var firstOffset = 0
        var secondOffset = 0
        var destinationOffset = 0
        for loop in 0..<depth where extents[loop] < 1 { return }
        while true {
            body(firstOffset, secondOffset, destinationOffset)
            var loop = depth - 1 - within
            while loop >= 0 {
                counters[loop] += 1
                firstOffset += first[loop]
                secondOffset += second[loop]
                destinationOffset += destination[loop]
                if counters[loop] < extents[loop] { break }
                firstOffset -= first[loop] * extents[loop]
                secondOffset -= second[loop] * extents[loop]
                destinationOffset -= destination[loop] * extents[loop]
                counters[loop] = 0
                loop -= 1
            }
            if loop < 0 { return }
        }
    }
}

func broadcast(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int) {
    let settings = parameters.load(as: BroadcastParameters.self)
    let loops = Loops(settings)
    let streams = loops.elements &* samples &* 4 >= streamedBytes && loops.isContiguous
    let one = Vector(repeating: 1)
    for sample in 0..<samples {
        let run = Run(
            loops: loops,
            first: operands.floats(0) + sample * Int(settings.firstSampleStride),
            second: operands.floats(1) + sample * Int(settings.secondSampleStride),
            destination: operands.floats(2) + sample * Int(settings.destinationSampleStride), streams: streams)
        switch ElementwiseStep.Operation(rawValue: settings.operation) {
        case .add: run.combine { $0 + $1 }
        case .subtract: run.combine { $0 - $1 }
        case .multiply: run.combine { $0 * $1 }
        case .divide: run.combine { $0 / $1 }
        case .maximum: run.combine { maximum($0, $1) }
        case .minimum: run.combine { minimum($0, $1) }
        case .greater: run.combine { Vector().replacing(with: one, where: $0 .> $1) }
        default: run.combine { _, _ in Vector(repeating: .nan) }
        }
    }
    if streams { apus_fence() }
}

/// One sample of a broadcast.
private struct Run {
    let loops: Loops
    let first, second, destination: Floats
    /// Whether neighbours are written past the caches.
    let streams: Bool

    @inline(__always)
    func combine(_ function: (Vector, Vector) -> Vector) {
        let inner = loops.inner
        let contiguous = loops.isContiguous
        if loops.hasVectors && !streams { return combineVectors(function) }
        loops.forEachRun { firstOffset, secondOffset, destinationOffset in
            let a = first + firstOffset
            let b = second + secondOffset
            let result = destination + destinationOffset
            var index = 0
            if streams {
                stream(to: result, count: inner.count) { index, width in
                    function(
                        inner.first == 1 ? a.load(index, width) : Vector(repeating: a[0]),
                        inner.second == 1 ? b.load(index, width) : Vector(repeating: b[0]))
                }
                return
            }
            if contiguous {
                while index + lanes <= inner.count {
                    let left = inner.first == 1 ? a.vector(at: index) : Vector(repeating: a[0])
                    let right = inner.second == 1 ? b.vector(at: index) : Vector(repeating: b[0])
                    result.store(function(left, right), at: index)
                    index += lanes
                }
            }
            while index < inner.count {
                let width = min(lanes, inner.count - index)
                var left = Vector()
                var right = Vector()
                for lane in 0..<width {
                    left[lane] = a[(index + lane) * inner.first]
                    right[lane] = b[(index + lane) * inner.second]
                }
                let value = function(left, right)
                for lane in 0..<width {
                    result[(index + lane) * inner.destination] = value[lane]
                }
                index += width
            }
        }
    }

    /// Runs of vectors, as pixels in blocks of channels are.
    @inline(__always)
    private func combineVectors(_ function: (Vector, Vector) -> Vector) {
        let outer = loops.depth - 2
        let (repeatsFirst, repeatsSecond) = (loops.inner.first == 0, loops.inner.second == 0)
        loops.forEachRun(within: 2) { firstOffset, secondOffset, destinationOffset in
            var a = first + firstOffset
            var b = second + secondOffset
            var result = destination + destinationOffset
            for _ in 0..<loops.extents[outer] {
                let left = repeatsFirst ? Vector(repeating: a[0]) : a.vector(at: 0)
                let right = repeatsSecond ? Vector(repeating: b[0]) : b.vector(at: 0)
                result.store(function(left, right), at: 0)
                a += loops.first[outer]
                b += loops.second[outer]
                result += loops.destination[outer]
            }
        }
    }
}
