import ApusGraph

/// A window over any number of dimensions, as the attributes of ONNX's convolutions and pools say it. All lists have a number for
/// each dimension, outermost first.
struct ImportedWindow {
    var size: [Int]
    var stride: [Int]
    var dilation: [Int]
    /// What stands before and behind the input.
    var before: [Int]
    var after: [Int]
    /// Whether a last window that reaches over the padded end counts too.
    var ceils = false

    /// Numbers above it are a mistake, or malice.
    static let limit = 1 << 20

    init(size: [Int]) {
        self.size = size
        stride = size.map { _ in 1 }
        dilation = stride
        before = size.map { _ in 0 }
        after = before
    }

    var rank: Int { size.count }

    /// From the first to the last place of a window.
    func span(_ axis: Int) -> Int { dilation[axis] * (size[axis] - 1) + 1 }

    /// Windows along a dimension; below 1 where none fits.
    func output(_ axis: Int, input: Int) -> Int {
        let room = input + before[axis] + after[axis] - span(axis)
        guard room >= 0 else { return 0 }
        guard ceils else { return room / stride[axis] + 1 }
        let count = (room + stride[axis] - 1) / stride[axis] + 1
        // A last window that begins in the padding behind the input has nothing to see.
        return (count - 1) * stride[axis] >= input + before[axis] ? count - 1 : count
    }

    /// The attributes of an operator of ours but for the dilation, which pools don't have.
    func attributes(_ word: String) -> [Attribute] {
        [
            Attribute(word, .integers(size)), Attribute("stride", .integers(stride)),
            Attribute("padding", .integers(before + after)),
        ]
    }

    var isDilated: Bool { dilation.contains { $0 != 1 } }
}

extension NodeImport {
    /// The window of a convolution or pool over `x`, as `strides`, `dilations`, `pads` and `auto_pad` say it.
    mutating func window(_ size: [Int], over x: ValueID) throws(NodeFailure) -> ImportedWindow {
        var window = try plainWindow(size, rank: rank(x))
        let rule = try string("auto_pad", default: "NOTSET")
        guard rule == "SAME_UPPER" || rule == "SAME_LOWER" else {
            guard rule == "NOTSET" || rule == "VALID" else {
                throw failure("'auto_pad' is '\(rule)', which is not known here")
            }
            if rule == "VALID" {
                window.before = size.map { _ in 0 }
                window.after = window.before
            }
            return window
        }
        let extents = try numbers(type(x).dimensions.dropFirst(2), "a dimension that 'auto_pad' is for")
        for axis in size.indices {
            let count = (extents[axis] + window.stride[axis] - 1) / window.stride[axis]
            let total = max((count - 1) * window.stride[axis] + window.span(axis) - extents[axis], 0)
            window.before[axis] = rule == "SAME_UPPER" ? total / 2 : total - total / 2
            window.after[axis] = total - window.before[axis]
        }
        return window
    }

    /// The window without what `auto_pad` says.
    mutating func plainWindow(_ size: [Int], rank: Int) throws(NodeFailure) -> ImportedWindow {
        var window = ImportedWindow(size: size)
        window.stride = try ints("strides", default: window.stride)
        window.dilation = try ints("dilations", default: window.dilation)
        let padding = try ints("pads", default: window.before + window.after)
        let isWhole =
            rank == size.count + 2 && padding.count == 2 * size.count
            && (window.stride + window.dilation + size).count == 3 * size.count
            && (window.stride + window.dilation + size).allSatisfy { (1...ImportedWindow.limit).contains($0) }
            && padding.allSatisfy { abs($0.clampedToInt32) <= ImportedWindow.limit }
        guard isWhole else {
            throw failure(
                "its window of \(size), strides of \(window.stride), dilations of \(window.dilation) and pads of \(padding) don't "
                    + "fit \(max(rank - 2, 0)) dimensions")
        }
        window.before = Array(padding.prefix(size.count))
        window.after = Array(padding.suffix(size.count))
        return window
    }
}

extension Int {
    /// The nearest number of 32 bits, whose magnitude is a number too.
    fileprivate var clampedToInt32: Int { Int(Int32(clamping: self)) }
}
