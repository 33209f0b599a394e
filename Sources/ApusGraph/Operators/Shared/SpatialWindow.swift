/// A window over one, two or three dimensions: what the operators of other ranks than two say of it.
///
/// All lists have a number for each dimension, outermost first.
struct SpatialWindow: Sendable, Equatable {
    var size: [Int]
    var stride: [Int]
    var dilation: [Int]
    var before: [Int]
    var after: [Int]
    /// Whether a last window that reaches over the padded end counts too.
    var ceils = false

    var rank: Int { size.count }

    init(size: [Int], stride: [Int]? = nil, dilation: [Int]? = nil, before: [Int]? = nil, after: [Int]? = nil) {
        let ones = size.map { _ in 1 }
        self.size = size
        self.stride = stride ?? ones
        self.dilation = dilation ?? ones
        self.before = before ?? size.map { _ in 0 }
        self.after = after ?? self.before
    }

    /// Reads size, stride, dilation and padding: one number for all dimensions, one for each, or before and after of each.
    ///
    /// - Parameters:
    ///   - word: `kernel` or `window`.
    ///   - strideIsSize: whether a stride that is left out is the window's size, as for pools. These have no dilation.
    init(
        _ attributes: inout AttributeReader, rank: Int, word: String, strideIsSize: Bool = false
    ) throws(AttributeError) {
        let ones = Array(repeating: 1, count: rank)
        size = try attributes.integers(word, count: rank, in: AttributeRange.extent)
        stride = try attributes.integers(
            "stride", count: rank, in: AttributeRange.extent, default: strideIsSize ? size : ones)
        dilation =
            strideIsSize ? ones : try attributes.integers("dilation", count: rank, in: AttributeRange.extent, default: ones)
        let given = try attributes.integers("padding") ?? [0]
        let isWellFormed = [1, rank, 2 * rank].contains(given.count) && given.allSatisfy(AttributeRange.margin.contains)
        guard isWellFormed else {
            throw AttributeError(
                attribute: "padding",
                message: "'padding' is 1, \(rank) or \(2 * rank) whole numbers from 0 to "
                    + "\(AttributeRange.margin.upperBound), not \(given)",
                remedy: "write one number for all sides, one for each dimension, or all before and then all after")
        }
        before = given.count == 1 ? Array(repeating: given[0], count: rank) : Array(given.prefix(rank))
        after = given.count == 2 * rank ? Array(given.suffix(rank)) : before
    }

    /// The attributes, those that have their default left out.
    func attributes(word: String, strideIsSize: Bool = false) -> [Attribute] {
        var list = [Attribute(word, .integers(size))]
        if stride != (strideIsSize ? size : size.map { _ in 1 }) { list.append(Attribute("stride", .integers(stride))) }
        if dilation.contains(where: { $0 != 1 }) { list.append(Attribute("dilation", .integers(dilation))) }
        if (before + after).contains(where: { $0 != 0 }) {
            list.append(Attribute("padding", .integers(before == after ? before : before + after)))
        }
        return list
    }

    static func attributeDocumentation(_ word: String, strideIsSize: Bool = false) -> [OperatorDocumentation.Entry] {
        [
            .init(word, "the size of the window, a number for each dimension"),
            .init("stride", "steps from one window to the next; \(strideIsSize ? "as the window" : "1")"),
        ] + (strideIsSize ? [] : [.init("dilation", "steps from one place of the window to the next; 1")]) + [
            .init("padding", "one number, one for each dimension, or all before and then all after; 0")
        ]
    }

    /// Checks that every list has a number for each dimension, and these a sense: specs can't break it, calls from Swift can.
    func check(_ name: String, rank: ClosedRange<Int>, wellFormed label: String) throws(ConstraintViolation) {
        let (extents, margins) = ([size, stride, dilation], [before, after])
        guard rank.contains(size.count), (extents + margins).allSatisfy({ $0.count == size.count }),
            extents.allSatisfy({ $0.allSatisfy(AttributeRange.extent.contains) }),
            margins.allSatisfy({ $0.allSatisfy(AttributeRange.margin.contains) })
        else {
            throw ConstraintViolation(
                label,
                "\(name) can't have a window of \(size) with a stride of \(stride), a dilation of \(dilation) and a padding "
                    + "of \(before) and \(after)",
                remedy: "give each a number for each dimension, from 1 on, and no negative padding")
        }
    }

    /// From the first to the last place of a window.
    func span(_ axis: Int) -> Int { dilation[axis] * (size[axis] - 1) + 1 }

    /// Windows along a dimension; below 1 where none fits.
    func output(_ axis: Int, input: Int) -> Int {
        let room = input + before[axis] + after[axis] - span(axis)
        if room < 0 { return 0 }
        guard ceils else { return room / stride[axis] + 1 }
        let count = (room + stride[axis] - 1) / stride[axis] + 1
        // A last window that begins in the padding behind the input has nothing to see.
        return (count - 1) * stride[axis] >= input + before[axis] ? count - 1 : count
    }

    /// What a last window reaches over the padded end.
    func overhang(_ axis: Int, input: Int) -> Int {
        let end = (output(axis, input: input) - 1) * stride[axis] + span(axis)
        return max(0, end - input - before[axis] - after[axis])
    }

    /// The numbers of the dimensions that the window moves over: all but the first two.
    ///
    /// - Throws: where x is no f32 value of this rank with numbers for all but the first dimension (`label`), or no window
    ///   fits (`fitLabel`).
    func check(
        _ x: TensorType, _ name: String, _ word: String, label: String, fitLabel: String
    ) throws(ConstraintViolation) -> (channels: Int, extents: [Int]) {
        guard x.elementType == .f32, x.rank == rank + 2,
            let shape = TensorType(.f32, Array(x.dimensions.dropFirst())).shape
        else {
            throw ConstraintViolation(
                label, "\(name) works on f32 values of \(rank + 2) dimensions, batch and channels first, not on \(x)",
                remedy: "give it such a value, with numbers for all dimensions but the first", at: .operand(0))
        }
        for axis in 0..<rank where output(axis, input: shape[axis + 1]) < 1 {
            throw ConstraintViolation(
                fitLabel,
                "the \(word) of \(name) spans \(span(axis)) along dimension \(axis + 2), but \(x) has only "
                    + "\(shape[axis + 1] + before[axis] + after[axis]) there with the padding",
                remedy: "make the \(word) smaller, or pad more", at: .attribute(word))
        }
        return (shape[0], Array(shape.dropFirst()))
    }

    /// The two-dimensional padding of two of the dimensions, `more` added behind.
    func padding(_ axes: (Int, Int), more: (Int, Int) = (0, 0)) -> Padding {
        .explicit(
            top: before[axes.0], left: before[axes.1], bottom: after[axes.0] + more.0, right: after[axes.1] + more.1)
    }
}
