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
                // Each step waits for the one before: the steps of four trees have their time together.
                while tree + 4 <= trees {
                    goDownFour(x, roots + tree, leaves + tree)
                    tree += 4
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
    private func leaf(at place: Int32) -> Int32 { place < 0 ? ~place : 0 }

    @inline(__always)
    private func leaf(_ x: UnsafeMutablePointer<Number>, root: Int32) -> Int32 {
        var place = root
        var steps: Int32 = 0
        while place >= 0 && steps <= lastNode {
            place = next(place, x)
            steps &+= 1
        }
        return leaf(at: place)
    }

    /// The same for four trees.
    @inline(__always)
    private func goDownFour(
        _ x: UnsafeMutablePointer<Number>, _ roots: UnsafeMutablePointer<Int32>, _ leaves: UnsafeMutablePointer<Int32>
    ) {
        var (first, second, third, fourth) = (roots[0], roots[1], roots[2], roots[3])
        var steps: Int32 = 0
        // Of numbers that are all below zero the sign is left.
        while first & second & third & fourth >= 0 && steps <= lastNode {
            first = next(first, x)
            second = next(second, x)
            third = next(third, x)
            fourth = next(fourth, x)
            steps &+= 1
        }
        leaves[0] = leaf(at: first)
        leaves[1] = leaf(at: second)
        leaves[2] = leaf(at: third)
        leaves[3] = leaf(at: fourth)
    }
}
