import ApusInstructions

func treeLeaves(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int) {
    let settings = parameters.load(as: TreeLeavesParameters.self)
    if settings.isDouble == 1 {
        Forest<Double>(operands, settings).goDown(operands, samples)
    } else {
        Forest<Float>(operands, settings).goDown(operands, samples)
    }
}

/// The nodes of all trees.
private struct Forest<Number: BinaryFloatingPoint> {
    private let features: UnsafeMutablePointer<Int32>
    private let thresholds: UnsafeMutablePointer<Number>
    private let children: UnsafeMutablePointer<Int32>
    private let settings: TreeLeavesParameters
    private let lastNode: Int32
    private let lastFeature: Int32

    init(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ settings: TreeLeavesParameters) {
        features = operands[1].unsafelyUnwrapped.assumingMemoryBound(to: Int32.self)
        thresholds = operands[2].unsafelyUnwrapped.assumingMemoryBound(to: Number.self)
        children = operands[3].unsafelyUnwrapped.assumingMemoryBound(to: Int32.self)
        self.settings = settings
        lastNode = settings.nodes &- 1
        lastFeature = settings.features &- 1
    }

    @inline(__always)
    func goDown(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ samples: Int) {
        let source = operands[0].unsafelyUnwrapped.assumingMemoryBound(to: Number.self)
        let roots = operands[4].unsafelyUnwrapped.assumingMemoryBound(to: Int32.self)
        let destination = operands[5].unsafelyUnwrapped.assumingMemoryBound(to: Int32.self)
        let (rows, trees) = (Int(settings.rows), Int(settings.trees))
        for sample in 0..<samples {
            for row in 0..<rows {
                let x = source + (sample &* Int(settings.sourceSampleStride) &+ row &* Int(settings.features))
                let leaves = destination + (sample &* Int(settings.destinationSampleStride) &+ row &* trees)
                var tree = 0
                // Each step waits for the one before: the steps of eight trees have their time together.
                while tree + 8 <= trees {
                    var first = FourWays(roots + tree)
                    var second = FourWays(roots + (tree + 4))
                    var steps: Int32 = 0
                    while !(first.areDone && second.areDone) && steps <= lastNode {
                        go(&first, x)
                        go(&second, x)
                        steps &+= 1
                    }
                    first.store(leaves + tree)
                    second.store(leaves + (tree + 4))
                    tree += 8
                }
                while tree < trees {
                    leaves[tree] = leaf(x, root: roots[tree])
                    tree += 1
                }
            }
        }
    }

    /// Where a way goes from a node; a leaf stays.
    @inline(__always)
    private func next(_ place: Int32, _ x: UnsafeMutablePointer<Number>) -> Int32 {
        let isLeaf = place >> 31
        let node = Int(min(place & ~isLeaf, lastNode))
        let number = features[node]
        // −1 − f is ~f.
        let takesMissing = number >> 31
        let value = x[Int(min(number ^ takesMissing, lastFeature))]
        let threshold = thresholds[node]
        let isAbove: Int32 = value > threshold ? 1 : 0
        let isNotAtMost: Int32 = value <= threshold ? 0 : 1
        let child = children[2 &* node &+ Int((isAbove & takesMissing) | (isNotAtMost & ~takesMissing))]
        return (child & ~isLeaf) | (place & isLeaf)
    }

    @inline(__always)
    private func leaf(_ x: UnsafeMutablePointer<Number>, root: Int32) -> Int32 {
        var place = root
        var steps: Int32 = 0
        while place >= 0 && steps <= lastNode {
            place = next(place, x)
            steps &+= 1
        }
        return leafNumber(place)
    }

    @inline(__always)
    private func go(_ ways: inout FourWays, _ x: UnsafeMutablePointer<Number>) {
        ways.first = next(ways.first, x)
        ways.second = next(ways.second, x)
        ways.third = next(ways.third, x)
        ways.fourth = next(ways.fourth, x)
    }
}

/// A place below zero is the leaf `−1 − place`; a way that came to none in time ends at leaf 0.
@inline(__always)
private func leafNumber(_ place: Int32) -> Int32 { place < 0 ? ~place : 0 }

/// How far four ways have come.
private struct FourWays {
    var first, second, third, fourth: Int32

    @inline(__always)
    init(_ roots: UnsafeMutablePointer<Int32>) {
        (first, second, third, fourth) = (roots[0], roots[1], roots[2], roots[3])
    }

    /// Of numbers that are all below zero the sign is left.
    @inline(__always)
    var areDone: Bool { first & second & third & fourth < 0 }

    @inline(__always)
    func store(_ leaves: UnsafeMutablePointer<Int32>) {
        leaves[0] = leafNumber(first)
        leaves[1] = leafNumber(second)
        leaves[2] = leafNumber(third)
        leaves[3] = leafNumber(fourth)
    }
}
