/// What the pools of one and three dimensions, and those whose last windows may be partial, are composed of: pools over images,
/// one or two dimensions at a time.
struct SpatialPool: Sendable, Equatable {
    enum Kind: Sendable { case maximum, average }

    var kind: Kind
    var window: SpatialWindow
    /// Whether places in the padding count for the average, as zero.
    var countPadding = false

    static let constraints: [OperatorDocumentation.Entry] = [
        .init("C1", "one operand"),
        .init("C2", "x has batch and channels first, and numbers for all dimensions but the batch"),
        .init("C3", "the padding is smaller than the window, on each side"),
        .init("C4", "the window fits into what is padded"),
        .init("C5", "window, stride and padding have a number for each dimension behind the channels"),
    ]

    static let attributeDocumentation =
        SpatialWindow.attributeDocumentation("window", strideIsSize: true) + [
            .init("ceil", "whether a last window that reaches over the end counts too; false")
        ]

    init(_ kind: Kind, window: SpatialWindow, countPadding: Bool = false) {
        self.kind = kind
        self.window = window
        self.countPadding = countPadding
    }

    init(_ kind: Kind, _ attributes: inout AttributeReader, rank: Int) throws(AttributeError) {
        self.kind = kind
        window = try SpatialWindow(&attributes, rank: rank, word: "window", strideIsSize: true)
        window.ceils = try attributes.boolean("ceil", default: false)
        if kind == .average { countPadding = try attributes.boolean("count_padding", default: false) }
    }

    var attributes: [Attribute] {
        window.attributes(word: "window", strideIsSize: true)
            + (window.ceils ? [Attribute("ceil", .boolean(true))] : [])
            + (countPadding ? [Attribute("count_padding", .boolean(true))] : [])
    }

    func check(_ operands: [TensorType], _ name: String, rank: ClosedRange<Int>) throws(ConstraintViolation) {
        try OperandChecks(name, operands).count("C1", 1...1, "one value")
        try window.check(name, rank: rank, wellFormed: "C5")
        for axis in 0..<window.rank where max(window.before[axis], window.after[axis]) >= window.size[axis] {
            throw ConstraintViolation(
                "C3",
                "the padding \(window.before), \(window.after) of \(name) is not smaller than its window \(window.size)",
                remedy: "pad less, so that no window lies wholly in the padding", at: .attribute("padding"))
        }
        _ = try window.check(operands[0], name, "window", label: "C2", fitLabel: "C4")
    }

    /// Pools `[N, C, extents...]`: the last two dimensions together, and those before by themselves.
    func compose(_ composer: inout Composer, _ x: ValueID) throws(GraphError) -> ValueID {
        var value = x
        var window = window
        // Padding that counts is put there before, so that what reaches over it does not count.
        if countPadding, window.ceils || window.rank > 2, (window.before + window.after).contains(where: { $0 > 0 }) {
            // What no window reaches is left out, so that no further window begins there.
            let extents = composer.type(of: x).dimensions.dropFirst(2).map { $0.number ?? 0 }
            let after = extents.enumerated().map { axis, extent in
                let end = (window.output(axis, input: extent) - 1) * window.stride[axis] + window.size[axis]
                return min(window.after[axis], end - window.before[axis] - extent)
            }
            value = try composer.emit(Pad(before: [0, 0] + window.before, after: [0, 0] + after), x)
            window.before = window.before.map { _ in 0 }
            window.after = window.after.map { _ in 0 }
        }
        switch window.rank {
        case 1:
            let row = try composer.emit(Unsqueeze(axes: [2]), value)
            let pooled = try pool(&composer, row, window.withRow)
            return try composer.emit(Squeeze(axes: [2]), pooled)
        case 2: return try pool(&composer, value, window)
        default: return try composePlanes(&composer, value, window)
        }
    }

    /// `[N, C, D, H, W]`: the planes as channels first, then the lines along D.
    private func composePlanes(
        _ composer: inout Composer, _ value: ValueID, _ window: SpatialWindow
    ) throws(GraphError) -> ValueID {
        let dimensions = composer.type(of: value).dimensions
        let planes = try composer.emit(
            Reshape(whole: [dimensions[0], dimensions[1] * dimensions[2]] + dimensions.suffix(2)), value)
        let pooled = try pool(&composer, planes, window.part(1...2))
        let image = Array(composer.type(of: pooled).dimensions.suffix(2))
        let lines = try composer.emit(
            Reshape(whole: Array(dimensions.prefix(3)) + [image[0] * image[1]]), pooled)
        let result = try pool(&composer, lines, window.part(0...0).withColumn)
        return try composer.emit(
            Reshape(whole: Array(composer.type(of: result).dimensions.prefix(3)) + image), result)
    }

    /// A pool over images, whose padding includes what the last windows reach over the end.
    private func pool(
        _ composer: inout Composer, _ value: ValueID, _ window: SpatialWindow
    ) throws(GraphError) -> ValueID {
        let extents = composer.type(of: value).dimensions.suffix(2).map { $0.number ?? 0 }
        let padding = window.padding(
            (0, 1), more: (window.overhang(0, input: extents[0]), window.overhang(1, input: extents[1])))
        switch kind {
        case .maximum:
            return try composer.emit(MaxPool2D(window: window.size, stride: window.stride, padding: padding), value)
        case .average:
            return try composer.emit(
                AveragePool2D(
                    window: window.size, stride: window.stride, padding: padding,
                    countPadding: countPadding && !window.ceils), value)
        }
    }
}

extension SpatialWindow {
    /// The window over some of the dimensions.
    fileprivate func part(_ axes: ClosedRange<Int>) -> SpatialWindow {
        var part = SpatialWindow(
            size: Array(size[axes]), stride: Array(stride[axes]), dilation: Array(dilation[axes]),
            before: Array(before[axes]), after: Array(after[axes]))
        part.ceils = ceils
        return part
    }

    /// A window of one dimension as one of images of one row.
    fileprivate var withRow: SpatialWindow {
        var window = SpatialWindow(
            size: [1] + size, stride: [1] + stride, dilation: [1] + dilation, before: [0] + before, after: [0] + after)
        window.ceils = ceils
        return window
    }

    /// A window of one dimension as one of images whose columns are apart.
    fileprivate var withColumn: SpatialWindow {
        var window = SpatialWindow(
            size: size + [1], stride: stride + [1], dilation: dilation + [1], before: before + [0], after: after + [0])
        window.ceils = ceils
        return window
    }
}
