import ApusGraph

extension NodeImport {
    mutating func takeTransposedConvolution() throws(NodeFailure) {
        let (x, weight, bias) = (try input(0), try input(1), try optionalInput(2))
        let elementType = type(x).elementType
        let kernel = try kernel(of: weight, x)
        let window = try plainWindow(kernel.size, rank: rank(x))
        let groups = try int("group", default: 1)
        guard (1...ImportedWindow.limit).contains(groups) else { throw failure("has \(groups) groups") }
        let extents = try numbers(type(x).dimensions.dropFirst(2), "a dimension of the input")
        var more = try ints("output_padding", default: kernel.size.map { _ in 0 })
        let sizes = try outputSizes(window, extents)
        guard more.count == extents.count, more.allSatisfy({ (0...ImportedWindow.limit).contains($0) }) else {
            throw failure("'output_padding' is \(more)")
        }
        var cropped = window
        if let sizes {
            let isUpper = try string("auto_pad", default: "NOTSET") == "SAME_UPPER"
            for axis in extents.indices {
                let full = (extents[axis] - 1) * window.stride[axis] + window.span(axis) + more[axis]
                let total = max(full - sizes[axis], 0)
                cropped.before[axis] = isUpper ? total / 2 : total - total / 2
                cropped.after[axis] = total - cropped.before[axis]
                more[axis] += max(sizes[axis] - full, 0)
            }
        }
        let sums =
            isComputed(weight)
            ? try spread(try single(x), try single(weight), cropped, groups: groups, outputPadding: more)
            : try transposedConvolution(
                try single(x), try single(weight), cropped, groups: groups, outputPadding: more)
        guard let bias else { return finish(try cast(sums, to: elementType)) }
        let column = try apply(Unsqueeze(axes: Array(1...extents.count)), try single(bias))
        finish(try cast(try apply(Add(), sums, column), to: elementType))
    }

    /// The sizes that `output_shape` or `auto_pad` ask for; nil where the padding says all.
    private mutating func outputSizes(_ window: ImportedWindow, _ extents: [Int]) throws(NodeFailure) -> [Int]? {
        let rule = try string("auto_pad", default: "NOTSET")
        guard ["NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"].contains(rule) else {
            throw failure("'auto_pad' is '\(rule)', which is not known here")
        }
        if let written = try optionalInts("output_shape"), !written.isEmpty {
            let sizes = Array(written.suffix(extents.count))
            guard sizes.count == extents.count, sizes.allSatisfy({ (1...ImportedWindow.limit).contains($0) }) else {
                throw failure("'output_shape' is \(written)")
            }
            return sizes
        }
        if rule == "VALID", (window.before + window.after).contains(where: { $0 != 0 }) {
            throw failure("has both 'pads' and 'auto_pad'")
        }
        return rule.hasPrefix("SAME") ? extents.indices.map { extents[$0] * window.stride[$0] } : nil
    }

    /// The sum of the kernel's multiples, in single precision. What our operators can't pad so is cropped and padded behind them.
    ///
    /// - Parameter outputPadding: places that the output has more at its end.
    mutating func transposedConvolution(
        _ x: ValueID, _ weight: ValueID, _ window: ImportedWindow, groups: Int, outputPadding: [Int]
    ) throws(NodeFailure) -> ValueID {
        let operations: [any Operator.Type] = [
            ConvolutionTranspose1D.self, ConvolutionTranspose2D.self, ConvolutionTranspose3D.self,
        ]
        let perGroup = try numbers(type(weight).dimensions.dropFirst().prefix(1), "a dimension of the weight")[0]
        guard (1...operations.count).contains(window.rank), perGroup <= ImportedWindow.limit else {
            throw failure("one to three dimensions behind the channels are computed")
        }
        let isDirect =
            (window.before + window.after).allSatisfy { $0 >= 0 }
            && zip(outputPadding, window.stride).allSatisfy { $0 < $1 }
        var plain = window
        if !isDirect {
            plain.before = window.before.map { _ in 0 }
            plain.after = plain.before
        }
        let attributes =
            [
                Attribute("filters", .integer(perGroup * groups)), Attribute("dilation", .integers(window.dilation)),
                Attribute("groups", .integer(groups)), Attribute("bias", .boolean(false)),
            ] + plain.attributes("kernel")
            + (isDirect ? [Attribute("output_padding", .integers(outputPadding))] : [])
        let result = try applyAll(try make(operations[window.rank - 1], attributes), [x, weight])[0]
        guard !isDirect else { return result }
        let after = zip(outputPadding, window.after).map { $0 - $1 }
        return try apply(Pad(before: [0, 0] + window.before.map { -$0 }, after: [0, 0] + after), result)
    }

    /// Columns of patches, added where they belong: a transposed convolution whose kernels have a one each.
    mutating func takeColumnsToImage() throws(NodeFailure) {
        let x = try input(0)
        let elementType = type(x).elementType
        let image = try integers(1, "the image's shape")
        let block = try integers(2, "the block's shape")
        let dimensions = type(x).dimensions
        guard dimensions.count == 3, image.count == block.count, (1...3).contains(block.count) else {
            throw failure("makes an image of \(image) from \(type(x)) and blocks of \(block)")
        }
        let area = block.reduce(1) { $0 * min(max($1, 1), ImportedWindow.limit) % (1 << 40) }
        let rows = try numbers(dimensions[1...2], "a dimension of the columns")
        guard (1...4096).contains(area), rows[0] % area == 0, rows[0] * area <= 1 << 24 else {
            throw failure("the \(rows[0]) rows of \(type(x)) are no blocks of \(block)")
        }
        var window = try plainWindow(block, rank: block.count + 2)
        guard image.allSatisfy({ (1...ImportedWindow.limit).contains($0) }) else {
            throw failure("can't make an image of \(image)")
        }
        let counts = block.indices.map { window.output($0, input: image[$0]) }
        guard counts.saturatedProduct == rows[1] else {
            throw failure("\(counts) blocks of \(block) are in an image of \(image), and the columns are \(rows[1])")
        }
        var more = block.map { _ in 0 }
        for axis in block.indices {
            let reached = (counts[axis] - 1) * window.stride[axis] + window.span(axis)
            let behind = reached - window.before[axis] - image[axis]
            window.after[axis] = max(behind, 0)
            more[axis] = max(-behind, 0)
        }
        let places = try reshape(
            try single(x), [dimensions[0], dimensions[1]] + counts.map(Dimension.fixed))
        let sums = try overlap(places, window, channels: rows[0] / area, outputPadding: more)
        finish(try cast(sums, to: elementType))
    }
}
